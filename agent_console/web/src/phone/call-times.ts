/** Which call a row of the history tells of, and how long it was talked, held and waited. Pure. */

import type { SegmentView } from '@/generated/api';
import type { CallView, TouchView } from '@/generated/views';

/**
 * The call that a row tells of: a call begins in the same moment as its row, and a missed one ends with it. Null while it is
 * not known.
 */
export function callOfTouch(touch: Pick<TouchView, 'kind' | 'at' | 'direction'>, calls: readonly CallView[]): CallView | null {
  const at = (call: CallView): number => Date.parse(touch.kind !== 'call' ? (call.ended_at ?? call.started_at) : call.started_at);
  const far = (call: CallView): number => Math.abs(at(call) - Date.parse(touch.at));
  const fitting = calls.filter((call) => touch.kind !== 'call' || call.direction === touch.direction);
  return fitting.toSorted((a, b) => far(a) - far(b))[0] ?? null;
}

export interface Lasted {
  readonly talkS: number | null;
  readonly holdS: number;
  readonly waitS: number | null;
}

const seconds = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

/** How long it was talked (the hold is no talk), held, and waited before. Null for what never was, or is not over. */
export function lasted(call: CallView, segments: readonly SegmentView[]): Lasted {
  const end = call.ended_at;
  const held = segments.filter((one) => one.kind === 'hold' && one.started_at >= call.started_at && (end === null || one.started_at <= end));
  const holdS = held.reduce((sum, one) => sum + seconds(one.started_at, one.ended_at), 0);
  return {
    talkS: call.answered_at && end ? Math.max(0, seconds(call.answered_at, end) - holdS) : null,
    holdS,
    waitS: call.direction === 'inbound' && (call.answered_at ?? end) ? seconds(call.started_at, call.answered_at ?? end ?? '') : null,
  };
}
