// An `EventSource`, as browsers have it: it knows nothing of GraphQL, and resumes by itself with `Last-Event-ID`.
// The subscription selects no cursor and has no variable for one. Prints one JSON object a line; ends after the
// message whose text is LAST.
import { EventSource } from 'eventsource';

const { URL: address, TOKEN, QUERY, LAST } = process.env;
const say = (line) => console.log(JSON.stringify(line));
const url = new URL(address);
url.searchParams.set('query', QUERY);

const source = new EventSource(url, {
  fetch: (input, init) =>
    fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${TOKEN}` } }),
});
source.addEventListener('open', () => say({ open: true }));
source.addEventListener('error', () => say({ lost: true }));
source.addEventListener('next', ({ data, lastEventId }) => {
  const answer = JSON.parse(data);
  say({ next: answer, id: lastEventId.length > 0 });
  if (answer.data?.messageAdded.message.bodyText === LAST) source.close();
});
source.addEventListener('complete', () => source.close());
