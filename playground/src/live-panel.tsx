import { useState, useSyncExternalStore } from 'react';
import type { Heard, State, Stream } from './live.ts';
import { nameOf, usePlayground } from './state.ts';

const STATES: Record<State, string> = {
  connecting: 'connecting',
  listening: 'listening',
  resuming: 'broken, resuming',
  stopped: 'stopped',
  refused: 'refused',
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** The streams of this page with what they brought. Empty until a subscription is run. */
export function LivePanel() {
  const { live } = usePlayground();
  const streams = useSyncExternalStore(live.subscribe, live.streams);
  const [open, setOpen] = useState(true);
  if (streams.length === 0) return null;
  return (
    <section className="graphiql-container live" aria-label="Live">
      <button type="button" className="live-title" aria-expanded={open} onClick={() => setOpen(!open)}>
        <b>Live</b>
        <span>
          {counted(streams.length, 'stream')},{' '}
          {counted(streams.reduce((sum, stream) => sum + stream.count, 0), 'event')}
        </span>
        <span aria-hidden="true">{open ? '▾' : '▴'}</span>
      </button>
      {open && (
        <div className="live-streams">
          {streams.map((stream) => (
            <StreamCard key={stream.key} stream={stream} />
          ))}
        </div>
      )}
    </section>
  );
}

function StreamCard({ stream }: { stream: Stream }) {
  const { live, setup } = usePlayground();
  const runs = stream.state !== 'stopped' && stream.state !== 'refused';
  return (
    <article className="stream" data-state={stream.state} data-stream={stream.title}>
      <header>
        <span className="dot" aria-hidden="true" />
        <b>{stream.title}</b>
        <span>as {nameOf(setup.cast, stream.person)}</span>
        <span className="state" role="status">
          {STATES[stream.state]}
        </span>
        <span className="buttons">
          {stream.resumable && !runs && (
            <button type="button" onClick={() => live.resume(stream.key, stream.cursor)}>
              Resume
            </button>
          )}
          {runs && (
            <button type="button" onClick={() => live.stop(stream.key)}>
              Stop
            </button>
          )}
          <button type="button" aria-label="Remove" onClick={() => live.remove(stream.key)}>
            ×
          </button>
        </span>
      </header>
      {stream.reason && <p className="reason">{stream.reason}</p>}
      {stream.cursor && (
        <p className="cursor">
          {stream.count > 0 ? 'Last cursor' : 'Listening after'}
          <Cursor cursor={stream.cursor} />
        </p>
      )}
      {stream.count === 0 && runs && (
        <p className="hint">Nothing yet. Send a message from another tab, as another person.</p>
      )}
      <ol>
        {stream.events.map((event) => (
          <EventRow key={event.key} stream={stream} event={event} />
        ))}
      </ol>
    </article>
  );
}

function EventRow({ stream, event }: { stream: Stream; event: Heard }) {
  const { live } = usePlayground();
  return (
    <li>
      <details>
        <summary>
          <time dateTime={event.at.toISOString()}>{event.at.toLocaleTimeString()}</time>
          <b>{event.what}</b>
          <code>{gist(event.data)}</code>
        </summary>
        <pre>{JSON.stringify(event.data, null, 2)}</pre>
        {event.cursor ? (
          <p className="cursor">
            Cursor
            <Cursor cursor={event.cursor} />
            {stream.resumable && (
              <button type="button" onClick={() => live.resume(stream.key, event.cursor)}>
                Resume from here
              </button>
            )}
          </p>
        ) : (
          <p className="hint">Select `cursor` to be able to resume behind this event.</p>
        )}
      </details>
    </li>
  );
}

function Cursor({ cursor }: { cursor: string }) {
  return (
    <>
      <code title={cursor}>{cursor}</code>
      <button type="button" onClick={() => void navigator.clipboard.writeText(cursor)}>
        Copy
      </button>
    </>
  );
}

/** The part of an event that tells most in a line: what was said, else everything but the cursor. */
function gist(data: unknown): string {
  const { cursor: _cursor, __typename: _typename, ...rest } = (data ?? {}) as Record<string, unknown>;
  const message = rest['message'] as { bodyText?: string } | undefined;
  return message?.bodyText ?? JSON.stringify(rest);
}
