// The `graphql-ws` client; see `resume.mjs`. It also says when it has connected.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { run, say } from './resume.mjs';

const { URL: url } = process.env;
const connect = (token, connected) =>
  createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    on: {
      connected: () => {
        connected();
        say({ connected: true });
      },
    },
  });

await run(connect, {
  lost: (error) => error.code ?? error.message,
  refused: ({ code, reason }) => ({ refused: code, reason }),
});
