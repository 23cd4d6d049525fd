// The `graphql-sse` client in its distinct connections mode; see `resume.mjs`.
import { createClient } from 'graphql-sse';
import { run } from './resume.mjs';

const { URL: url } = process.env;
const connect = (token, connected) =>
  createClient({ url, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0, on: { connected } });

await run(connect, {
  lost: () => true,
  refused: (error) => ({ refused: error.response?.status ?? error.message }),
});
