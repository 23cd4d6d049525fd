// The `graphql-sse` client in its distinct connections mode: a query, a subscription that is resumed after the loss
// of its connection, a refused token. Prints one JSON object a line; ends after the message whose text is LAST.
import { createClient } from 'graphql-sse';

const { URL: url, TOKEN, THREAD: thread, LAST } = process.env;
const say = (line) => console.log(JSON.stringify(line));
const connect = (token) =>
  createClient({ url, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 });

const client = connect(TOKEN);
const query = `query { viewer { __typename } eventCursor }`;
let after;
for await (const { data, errors } of client.iterate({ query })) {
  say({ query: data ?? errors });
  after = data.eventCursor;
}

const subscription = `subscription ($thread: ID, $after: EventCursor) {
  messageAdded(threadId: $thread, after: $after) { cursor message { bodyText } }
}`;
for (let done = false; !done; ) {
  try {
    const events = client.iterate({ query: subscription, variables: { thread, after } });
    for await (const { data, errors } of events) {
      if (errors) throw new Error(JSON.stringify(errors));
      after = data.messageAdded.cursor;
      say({ text: data.messageAdded.message.bodyText });
      if (data.messageAdded.message.bodyText === LAST) {
        done = true;
        break;
      }
    }
  } catch {
    say({ lost: true });
  }
}
client.dispose();

try {
  for await (const answer of connect('nonsense').iterate({ query })) say({ answer });
} catch (error) {
  say({ refused: error.response?.status ?? error.message });
}
