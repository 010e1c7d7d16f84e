/** What the visitor wrote and the hub has not confirmed: sent in order, one at a time, until it is. */

import type { FileView } from "./frames";

/** One message. `at` is when it was written, in ms since 1970; `files` were uploaded before. */
export interface Entry {
  readonly id: string;
  readonly text: string;
  readonly at: number;
  readonly files?: readonly FileView[] | undefined;
}

/**
 * `inFlight` is the id that was sent and not answered. Nothing is sent before `notBefore` (ms since 1970): the hub
 * asked for that. `foreign` holds the ids that another page of this site is sending, with the time from which on
 * this page sends them too, should the other one be gone; a double is the same message to the hub.
 */
export interface Outbox {
  readonly entries: readonly Entry[];
  readonly inFlight: string | null;
  readonly notBefore: number;
  readonly foreign: ReadonlyMap<string, number>;
}

export const EMPTY: Outbox = { entries: [], inFlight: null, notBefore: 0, foreign: new Map() };

const FOREIGN_GRACE_MS = 5_000;

export function written(outbox: Outbox, entry: Entry): Outbox {
  if (outbox.entries.some(({ id }) => id === entry.id)) {
    return outbox;
  }
  return { ...outbox, entries: [...outbox.entries, entry] };
}

export function writtenElsewhere(outbox: Outbox, entry: Entry, now: number): Outbox {
  const foreign = new Map(outbox.foreign).set(entry.id, now + FOREIGN_GRACE_MS);
  return { ...written(outbox, entry), foreign };
}

/** The entry to send now, or the time to look again, or null when there is nothing to do but wait for the hub. */
export function next(outbox: Outbox, now: number): { send: Entry } | { at: number } | null {
  const head = outbox.entries[0];
  if (!head || outbox.inFlight !== null) {
    return null;
  }
  const due = Math.max(outbox.notBefore, outbox.foreign.get(head.id) ?? 0);
  return due > now ? { at: due } : { send: head };
}

export function sent(outbox: Outbox, id: string): Outbox {
  return { ...outbox, inFlight: id };
}

/** The hub has it, or will never take it: either way it is not sent again. */
export function settled(outbox: Outbox, id: string): Outbox {
  const foreign = new Map(outbox.foreign);
  foreign.delete(id);
  return {
    ...outbox,
    foreign,
    entries: outbox.entries.filter((entry) => entry.id !== id),
    inFlight: outbox.inFlight === id ? null : outbox.inFlight,
  };
}

/** The hub could not store it: the same message again in `retryMs`. */
export function delayed(outbox: Outbox, retryMs: number, now: number): Outbox {
  return { ...outbox, inFlight: null, notBefore: now + retryMs };
}

/** The answer to what was in flight will not come on this connection. */
export function disconnected(outbox: Outbox): Outbox {
  return { ...outbox, inFlight: null };
}
