// Tokens, for as long as this page is open. They are never in a URL and never in a lasting store.

import { here } from './setup.ts';

/** Where a token that was typed in survives a reload of the page, and no more than that. */
const TYPED = 'tidings:token';

export class Tokens {
  readonly #made = new Map<string, Promise<string>>();

  /** The token for a member of the cast, made at the first use; for `null` the one that was typed in. */
  of(person: string | null): Promise<string> {
    if (person === null) return Promise.resolve(this.typed);
    let token = this.#made.get(person);
    if (!token) {
      token = signIn(person);
      // A refusal is not kept: the next try asks again.
      token.catch(() => this.#made.delete(person));
      this.#made.set(person, token);
    }
    return token;
  }

  /** Whether the person has signed in on this page. */
  has(person: string): boolean {
    return this.#made.has(person);
  }

  /** Forgets a token that the server no longer takes. */
  forget(person: string | null): void {
    if (person !== null) this.#made.delete(person);
  }

  get typed(): string {
    return sessionStorage.getItem(TYPED) ?? '';
  }

  set typed(token: string) {
    sessionStorage.setItem(TYPED, token.trim().replace(/^bearer\s+/i, ''));
  }
}

async function signIn(person: string): Promise<string> {
  const answer = await fetch(here('/playground/token'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person }),
  });
  if (answer.status === 404) throw new Error(`nobody in the demo cast is called "${person}"`);
  if (!answer.ok) throw new Error(`signing in as "${person}" failed: ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}
