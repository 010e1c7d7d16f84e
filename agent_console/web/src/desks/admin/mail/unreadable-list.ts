/** The list of letters that could not be read, as it goes on while somebody looks at it. */

import type { UnreadableLetterView, UnreadablePage } from '@/generated/api';

export interface Listed {
  readonly letters: readonly UnreadableLetterView[];
  /** Where older ones go on; null: there are none. */
  readonly next: string | null;
}

/**
 * The newest ones as they are now, and beneath them what somebody looked at further down. What stood among the newest
 * and is not there any more somebody else was done with, or put back.
 */
export function followed(before: Listed, newest: UnreadablePage): Listed {
  const last = newest.items.at(-1)?.received_at;
  const known = new Set(newest.items.map((one) => one.id));
  const isJoined = before.letters.some((one) => known.has(one.id));
  if (newest.next === null || last === undefined || !isJoined) return { letters: newest.items, next: newest.next };
  const older = before.letters.filter((one) => one.received_at <= last && !known.has(one.id));
  return { letters: [...newest.items, ...older], next: older.length ? before.next : newest.next };
}

/** Without this one; its neighbour, to which whoever was there goes: the next one, else the one before. */
export function without(letters: readonly UnreadableLetterView[], id: string): { letters: readonly UnreadableLetterView[]; neighbour: string | null } {
  const at = letters.findIndex((one) => one.id === id);
  const rest = letters.filter((one) => one.id !== id);
  return { letters: rest, neighbour: (rest[at] ?? rest[at - 1])?.id ?? null };
}
