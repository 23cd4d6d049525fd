// The inbox as this application knows it: a snapshot, and every change since.

import { ask, listen, Refused } from './api';
import { Changes, Inbox, InboxThread } from './documents';
import { type FragmentType, useFragment } from './gql';
import type { ChangesSubscription, InboxThreadFragment } from './gql/graphql';

export interface State {
  name: string;
  /** By id. */
  threads: Map<string, InboxThreadFragment>;
}

/** Newest first, as the server lists them; what is archived or hidden has left the inbox. */
export function listed(state: State): InboxThreadFragment[] {
  return [...state.threads.values()]
    .filter((thread) => !thread.archived && !thread.viewerHasHidden)
    .sort((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt));
}

function put(state: State, masked: FragmentType<typeof InboxThread>): void {
  const thread = useFragment(InboxThread, masked);
  state.threads.set(thread.id, thread);
}

/** Takes in an event. `false`: more has changed than it tells, so a new snapshot is due. */
export function apply(state: State, { events: event }: ChangesSubscription): boolean {
  switch (event.__typename) {
    case 'MessageAdded':
    case 'MessageChanged':
    case 'MessageDeleted':
    case 'ThreadChanged':
    case 'ViewerStateChanged':
      put(state, event.thread);
      return true;
    case 'AccessRevoked':
      // What the viewer may no longer see must not stay on the screen.
      for (const id of event.threadIds) state.threads.delete(id);
      if (event.everything) state.threads.clear();
      return !event.everything;
    case 'AccessGranted':
      return false;
    default:
      return true;
  }
}

/** Reads the inbox and keeps it true until `signal` says otherwise; calls `show` after each change. */
export async function follow(token: string, show: (state: State) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { eventCursor, viewer, inbox } = await ask(token, Inbox, {
      first: 50,
      filter: { state: 'READ_AND_UNREAD' },
    });
    const state: State = { name: viewer.displayName, threads: new Map() };
    for (const { node } of inbox.edges) put(state, node);
    show(state);

    const stale = new AbortController();
    const take = (change: ChangesSubscription): string => {
      if (!apply(state, change)) stale.abort();
      show(state);
      return change.events.cursor;
    };
    try {
      const until = AbortSignal.any([signal, stale.signal]);
      await listen(token, Changes, { after: eventCursor }, take, until);
    } catch (error) {
      // The place is no longer known: a new snapshot has a new one.
      const again = error instanceof Refused && error.code.startsWith('CURSOR_');
      if (!again) throw error;
    }
  }
}
