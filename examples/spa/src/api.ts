// How this application speaks to Tidings: one function to ask, one to listen.

import { createClient } from 'graphql-ws';
import type { TypedDocumentString } from './gql/graphql';

/** An answer that is not what was asked for: `code` is one of docs/errors.md. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface GraphQLErrorLike {
  message: string;
  extensions?: Record<string, unknown>;
}

function refused(errors: readonly GraphQLErrorLike[]): Refused {
  const [first] = errors;
  return new Refused(String(first?.extensions?.['code'] ?? 'UNKNOWN'), first?.message ?? 'no answer');
}

/** The answer to a query or mutation, in the types of its document. */
export async function ask<Data, Variables>(
  token: string,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Data; errors?: GraphQLErrorLike[] };
  if (errors?.length) throw refused(errors);
  return data as Data;
}

/** What a stream needs to be taken up again: where it is now. */
export interface Place {
  after: string;
}

/**
 * Listens from `place` on, and goes on for ever: after a break behind the last event that was handed over. Ends when
 * `signal` says so, or with what the server refuses: `CURSOR_EXPIRED` and `CURSOR_INVALID` ask for a new snapshot.
 */
export async function listen<Data>(
  token: string,
  document: TypedDocumentString<Data, { after?: string | null }>,
  place: Place,
  take: (data: Data) => string,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = 250; !signal.aborted; wait = Math.min(wait * 2, 10_000)) {
    const client = createClient({
      url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
      connectionParams: { authorization: `Bearer ${token}` },
      // The loop tries again: by itself the client would ask for the same place as the first time.
      retryAttempts: 0,
    });
    const stop = () => void client.dispose();
    signal.addEventListener('abort', stop);
    try {
      const stream = client.iterate<Data>({ query: document.toString(), variables: { after: place.after } });
      for await (const { data, errors } of stream) {
        if (errors?.length) throw refused(errors);
        if (data) place.after = take(data);
        wait = 250;
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (Array.isArray(error)) throw refused(error as GraphQLErrorLike[]);
      const code = (error as { code?: number }).code;
      if (code === 4403) throw new Refused('TOKEN_EXPIRED', 'Sign in again.');
    } finally {
      signal.removeEventListener('abort', stop);
      void client.dispose();
    }
    if (!signal.aborted) await new Promise((done) => setTimeout(done, wait));
  }
}
