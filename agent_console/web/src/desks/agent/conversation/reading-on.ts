/** Where reading goes on in an opened conversation, for as long as that says something new. */

import { firstUnread } from '@/desks/agent/conversation/filters';
import type { Timeline } from '@/desks/agent/conversation/timeline';

/** `seq`: the line stands before this touch; null: there is none. `isSeen`: it was on the screen. */
export interface ReadingOn {
  readonly seq: number | null;
  readonly count: number;
  readonly isSeen: boolean;
}

export const NOTHING_NEW: ReadingOn = { seq: null, count: 0, isSeen: true };

/** The conversation was opened with `count` messages unread. */
export function readingOn(timeline: Timeline, interactionId: string, count: number): ReadingOn {
  const seq = firstUnread(timeline, interactionId, count);
  return seq === null ? NOTHING_NEW : { seq, count, isSeen: false };
}

/** Who answers, or notes something down, has read: what was new is not any more. */
export function writtenOn(reading: ReadingOn, timeline: Timeline, interactionId: string | null): ReadingOn {
  const { seq } = reading;
  if (seq === null) return reading;
  const isAnswered = timeline.some(
    (entry) => entry.interaction_id === interactionId && entry.touch !== null && entry.touch.direction !== 'inbound' && entry.touch.seq > seq,
  );
  return isAnswered ? NOTHING_NEW : reading;
}

/** The line is at `at` of a stream of which `from` to `to` is on the screen, in px: it is seen when it comes into view. */
export function looked(reading: ReadingOn, at: number | null, from: number, to: number): ReadingOn {
  return reading.isSeen || at === null || at < from || at > to ? reading : { ...reading, isSeen: true };
}

/** Whether to say that there is something new above what is on the screen: once seen, one knows. */
export const isNewAbove = (reading: ReadingOn, at: number | null, from: number): boolean => !reading.isSeen && at !== null && at < from;
