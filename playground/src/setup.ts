// What the server tells the playground at the start: who can be asked as, and which operations there are.

/** Somebody of the demo cast. */
export interface Person {
  /** As `# as:` and `tidings token --as` take it. */
  name: string;
  /** The first part of the server's line about the person: a full name. */
  displayName: string;
  /** The rest of that line. */
  about: string;
  /** `staff`, or `client` for a portal account. */
  kind: 'staff' | 'client';
}

/** An operation to start from, with the comments of its head taken out into fields. */
export interface Operation {
  /** The file's name without its end. */
  name: string;
  query: string;
  /** JSON. */
  variables: string;
}

/** The server's answer to `/playground/setup.json`. */
export interface Setup {
  /** Nobody, unless the server makes development tokens for its demo cast. */
  cast: Person[];
  operations: Operation[];
}

/** The whole URL of something beside this page. */
export function here(path: string): URL {
  return new URL(path, window.location.origin);
}

/** The GraphQL endpoint. */
export const ENDPOINT = here('/graphql');

/** Its WebSocket. */
export function socketUrl(): string {
  const url = new URL(ENDPOINT);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export async function loadSetup(): Promise<Setup> {
  const answer = await fetch(here('/playground/setup.json'));
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.json()) as Setup;
}
