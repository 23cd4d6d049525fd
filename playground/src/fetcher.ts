// How GraphiQL asks: as the person whom the document names. Subscriptions go to the panel of live streams.

import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { personOf } from './heading.ts';
import type { Live } from './live.ts';
import { ENDPOINT } from './setup.ts';
import type { Tokens } from './tokens.ts';

type Variables = Record<string, unknown>;

export interface Asking {
  tokens: Tokens;
  live: Live;
  /** Whom a document without `# as:` is for; `null` when there is no cast and a token is typed in. */
  fallback: () => string | null;
}

/** The answer to one query or mutation. */
export async function ask(
  tokens: Tokens,
  person: string | null,
  body: { query: string; variables?: Variables; operationName?: string | null },
): Promise<Record<string, unknown>> {
  for (const lastTry of [false, true]) {
    const token = await tokens.of(person);
    const answer = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    // The server may have been started anew with another secret: sign in once more.
    if (answer.status === 401 && !lastTry && person !== null) {
      tokens.forget(person);
      continue;
    }
    return (await answer.json()) as Record<string, unknown>;
  }
  throw new Error('the second try has always returned');
}

/** The operation that is to run, or nothing when there is none such: the server says why. */
function chosen(params: FetcherParams): OperationDefinitionNode | null | undefined {
  try {
    const document = parse(params.query);
    // The name that GraphiQL tells is for a moment still that of the tab before: an only operation needs none.
    return getOperationAST(document) ?? getOperationAST(document, params.operationName);
  } catch {
    return null;
  }
}

export function createFetcher({ tokens, live, fallback }: Asking): Fetcher {
  return async (params) => {
    const person = fallback() === null ? null : (personOf(params.query) ?? fallback());
    const operation = chosen(params);
    const variables = (params.variables ?? {}) as Variables;
    if (operation?.operation !== 'subscription') {
      return ask(tokens, person, {
        query: params.query,
        variables,
        operationName: operation?.name?.value ?? params.operationName ?? null,
      });
    }
    live.listen({ person, query: params.query, variables, operation });
    return {
      listening: 'Events arrive in the panel "Live", also while you work in other tabs.',
      as: person,
    };
  };
}
