// What every part of the page shares.

import { createContext, useContext } from 'react';
import type { Live } from './live.ts';
import type { Person, Setup } from './setup.ts';
import type { Tokens } from './tokens.ts';

export interface Playground {
  setup: Setup;
  tokens: Tokens;
  live: Live;
}

export const PlaygroundContext = createContext<Playground | null>(null);

export function usePlayground(): Playground {
  const playground = useContext(PlaygroundContext);
  if (!playground) throw new Error('a part of the page stands outside of the playground');
  return playground;
}

/** Whether the page is in one column: as in `style.css`. */
export function isNarrow(): boolean {
  return matchMedia('(max-width: 900px)').matches;
}

/** How a person is called in a line of text. */
export function nameOf(cast: Person[], name: string | null): string {
  return cast.find((person) => person.name === name)?.displayName ?? name ?? 'your token';
}
