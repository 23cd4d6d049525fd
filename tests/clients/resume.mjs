// What the clients have in common: a query, and a subscription that begins again behind its last event when its
// connection is lost, until the message whose text is LAST has come. Each thing that happens is a JSON object on a line.
const { TOKEN, THREAD: thread, LAST } = process.env;
const query = `query { viewer { __typename } eventCursor }`;
const subscription = `subscription ($thread: ID, $after: EventCursor) {
  messageAdded(threadId: $thread, after: $after) { cursor message { bodyText } }
}`;

export const say = (line) => console.log(JSON.stringify(line));

// `connect` makes a client for a token that calls when it is connected; the others say how this one tells of a lost
// connection and of a refused token.
export async function run(connect, { lost, refused }) {
  // Lost is what was there: an attempt over a kept connection that the cut has ended, too, has lost nothing more.
  let connected = false;
  const client = connect(TOKEN, () => {
    connected = true;
  });
  let after;
  for await (const { data, errors } of client.iterate({ query })) {
    say({ query: data ?? errors });
    after = data.eventCursor;
  }
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
    } catch (error) {
      if (connected) say({ lost: lost(error) });
      connected = false;
    }
  }
  await client.dispose();
  try {
    for await (const answer of connect('nonsense', () => {}).iterate({ query })) say({ answer });
  } catch (error) {
    say(refused(error));
  }
}
