// The live streams of this page. A stream belongs to nobody's tab: it goes on while another tab sends something.

import { type Client, createClient } from 'graphql-ws';
import type { OperationDefinitionNode } from 'graphql';
import { ask } from './fetcher.ts';
import { socketUrl } from './setup.ts';
import type { Tokens } from './tokens.ts';

/** Events that are shown for one stream; older ones make room. */
const SHOWN = 200;
/** The longest wait before a broken stream is taken up again, in milliseconds. */
const LONGEST_WAIT = 8_000;
/** The close code with which the server ends a sign-in. */
const FORBIDDEN = 4403;

export interface Heard {
  key: number;
  at: Date;
  /** What arrived: `MessageAdded`, or the root field where the selection has no `__typename`. */
  what: string;
  cursor: string | null;
  data: unknown;
}

export type State = 'connecting' | 'listening' | 'resuming' | 'stopped' | 'refused';

/** A stream as it is shown. Never changed in place, so that React sees each change. */
export interface Stream {
  key: number;
  person: string | null;
  title: string;
  state: State;
  /** Why it was refused or broke. */
  reason: string | null;
  /** Newest first. */
  events: Heard[];
  /** How many came in all. */
  count: number;
  /** Where the stream would go on. */
  cursor: string | null;
  /** The document takes `$after`, so the stream can be resumed. */
  resumable: boolean;
}

/** What GraphiQL was asked to run. */
export interface Wish {
  person: string | null;
  query: string;
  variables: Record<string, unknown>;
  operation: OperationDefinitionNode;
}

interface Running {
  wish: Wish;
  /** Counts the starts of this stream: a loop of an earlier start ends. */
  turn: number;
  client: Client | null;
}

export class Live {
  #streams: readonly Stream[] = [];
  readonly #running = new Map<number, Running>();
  readonly #watchers = new Set<() => void>();
  readonly #tokens: Tokens;
  #keys = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly streams = (): readonly Stream[] => this.#streams;

  /** Starts a stream; an equal one of the same person is stopped and replaced. */
  listen(wish: Wish): void {
    const title = wish.operation.name?.value ?? 'subscription';
    const equal = this.#streams.find((s) => s.person === wish.person && s.title === title);
    if (equal) this.remove(equal.key);
    const key = ++this.#keys;
    const resumable = (wish.operation.variableDefinitions ?? []).some(
      ({ variable }) => variable.name.value === 'after',
    );
    const stream: Stream = {
      key,
      person: wish.person,
      title,
      state: 'connecting',
      reason: null,
      events: [],
      count: 0,
      cursor: (wish.variables['after'] as string | null | undefined) ?? null,
      resumable,
    };
    this.#streams = [stream, ...this.#streams];
    this.#running.set(key, { wish, turn: 0, client: null });
    this.resume(key, stream.cursor);
  }

  /** Takes a stream up again behind a cursor. */
  resume(key: number, cursor: string | null): void {
    const running = this.#running.get(key);
    if (!running) return;
    this.#disconnect(running);
    this.#change(key, { state: 'connecting', reason: null, cursor });
    void this.#run(key, running, ++running.turn);
  }

  stop(key: number): void {
    const running = this.#running.get(key);
    if (!running) return;
    running.turn += 1;
    this.#disconnect(running);
    this.#change(key, { state: 'stopped', reason: null });
  }

  remove(key: number): void {
    this.stop(key);
    this.#running.delete(key);
    this.#streams = this.#streams.filter((stream) => stream.key !== key);
    this.#tell();
  }

  /** One start: connects, and again after each break, until it is stopped, complete or refused. */
  async #run(key: number, running: Running, turn: number): Promise<void> {
    const current = () => running.turn === turn;
    let signedOut = false;
    for (let wait = 500; current(); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        await this.#place(key, running);
        if (!current()) return;
        for await (const result of this.#connect(key, running, current)) {
          if (!current()) return;
          wait = 500;
          signedOut = false;
          this.#hear(key, result);
          if (result.errors) return this.#refuse(key, result.errors[0]?.message ?? '');
        }
        if (current()) this.stop(key);
        return;
      } catch (error) {
        if (!current()) return;
        if (!passes(error)) return this.#refuse(key, refusal(error));
        if (closeCode(error) === FORBIDDEN) {
          // A fresh token mends one that has ended; whoever has none, or is refused again, is refused.
          if (signedOut || running.wish.person === null) return this.#refuse(key, refusal(error));
          signedOut = true;
          this.#tokens.forget(running.wish.person);
        }
        this.#change(key, { state: 'resuming', reason: 'The connection broke; trying again.' });
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  /** A stream from now on asks where "now" is, so that a break before its first event loses nothing. */
  async #place(key: number, running: Running): Promise<void> {
    const stream = this.#find(key);
    if (!stream?.resumable || stream.cursor !== null) return;
    const query = 'query WhereNow { eventCursor }';
    const answer = await ask(this.#tokens, running.wish.person, { query });
    const data = answer['data'] as { eventCursor?: string } | null | undefined;
    if (data?.eventCursor) this.#change(key, { cursor: data.eventCursor });
  }

  #connect(key: number, running: Running, current: () => boolean) {
    const { wish } = running;
    this.#disconnect(running);
    const client = createClient({
      url: socketUrl(),
      // SECURITY: in the first message of the socket, never in its URL, which proxies write down.
      connectionParams: async () => ({
        authorization: `Bearer ${await this.#tokens.of(wish.person)}`,
      }),
      retryAttempts: 0,
      on: {
        connected: () => current() && this.#change(key, { state: 'listening', reason: null }),
      },
    });
    running.client = client;
    const stream = this.#find(key);
    const after = stream?.resumable ? { after: stream.cursor } : {};
    return client.iterate({
      query: wish.query,
      operationName: wish.operation.name?.value ?? null,
      variables: { ...wish.variables, ...after },
    });
  }

  #hear(key: number, result: { data?: Record<string, unknown> | null | undefined }): void {
    const stream = this.#find(key);
    const [root, value] = Object.entries(result.data ?? {})[0] ?? [];
    if (!stream || !root) return;
    const fields = (value ?? {}) as { cursor?: string; __typename?: string };
    const heard: Heard = {
      key: stream.count,
      at: new Date(),
      what: fields.__typename ?? root,
      cursor: fields.cursor ?? null,
      data: value,
    };
    this.#change(key, {
      events: [heard, ...stream.events].slice(0, SHOWN),
      count: stream.count + 1,
      cursor: heard.cursor ?? stream.cursor,
    });
  }

  #refuse(key: number, reason: string): void {
    this.stop(key);
    this.#change(key, { state: 'refused', reason });
  }

  #disconnect(running: Running): void {
    void running.client?.dispose();
    running.client = null;
  }

  #find(key: number): Stream | undefined {
    return this.#streams.find((stream) => stream.key === key);
  }

  #change(key: number, change: Partial<Stream>): void {
    this.#streams = this.#streams.map((s) => (s.key === key ? { ...s, ...change } : s));
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

function closeCode(error: unknown): number | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : null;
}

/** Whether trying again may help: a socket that closed or never opened, a sign-in that has ended. */
function passes(error: unknown): boolean {
  const code = closeCode(error);
  if (code !== null) return code < 4400 || code === FORBIDDEN || code === 4408 || code === 4410;
  return error instanceof Event || error instanceof TypeError;
}

/** Why the server refused, in its own words. */
function refusal(error: unknown): string {
  if (Array.isArray(error)) {
    return error.map((e) => `${e.extensions?.code ?? 'error'}: ${e.message}`).join('; ');
  }
  const { code, reason } = error as { code?: number; reason?: string };
  if (code) return `The server closed the socket with ${code} ${reason ?? ''}`;
  return error instanceof Error ? error.message : String(error);
}
