// Prints every event that the person of a token is told of, and resumes where it left off.
//
//   TOKEN=$(cargo run --release -- token --as clinician) npm run --silent listen
//
// TIDINGS_URL names another server; the default is ws://127.0.0.1:8080/graphql.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { TOKEN, TIDINGS_URL = 'ws://127.0.0.1:8080/graphql' } = process.env;
if (!TOKEN) {
  console.error('TOKEN is missing: TOKEN=$(cargo run --release -- token --as clinician)');
  process.exit(1);
}

const query = /* GraphQL */ `
  subscription Listen($after: EventCursor) {
    events(after: $after) {
      __typename
      ... on MessageAdded { cursor message { seq bodyText author { ...Name } } thread { subject } }
      ... on ThreadChanged { cursor thread { subject archived } }
      ... on ReadReceiptAdded { cursor fromSeq toSeq thread { subject } }
      ... on ViewerStateChanged { cursor thread { subject viewerUnreadCount } }
      ... on ClientChanged { cursor client { displayName status } }
      ... on AccessRevoked { cursor threadIds everything }
      ... on AccessGranted { cursor threadIds everything }
    }
  }
  fragment Name on Author {
    ... on StaffMember { displayName }
    ... on Client { displayName }
  }
`;

const client = createClient({
  url: TIDINGS_URL,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${TOKEN}` },
  retryAttempts: 0,
});

// A stream that breaks is taken up again behind the last event that arrived.
let after = null;
for (;;) {
  try {
    for await (const { data, errors } of client.iterate({ query, variables: { after } })) {
      if (errors) throw new Error(errors.map((error) => error.message).join('; '));
      const { cursor, ...event } = data.events;
      after = cursor;
      console.log(JSON.stringify(event));
    }
    break;
  } catch (error) {
    // 4403: the token is no longer good; anything else may pass.
    if (error?.code === 4403) throw new Error(error.reason);
    console.error('the stream broke; resuming in a second');
    await new Promise((done) => setTimeout(done, 1_000));
  }
}
