/** Where the segments of an interaction lie on a bar, and how long each kind lasted together. */

import type { SegmentKind, SegmentView } from '@/generated/api';

export const SEGMENT_KINDS = ['ivr', 'queue', 'alert', 'talk', 'text', 'hold', 'wrap_up'] as const satisfies readonly SegmentKind[];

/** One segment on the bar: `left` and `width` are shares of the whole, `seconds` its true length. */
export interface Piece {
  readonly kind: SegmentKind;
  readonly segment: SegmentView;
  readonly left: number;
  readonly width: number;
  readonly seconds: number;
}

/** Short segments stay visible: none that lasted is drawn narrower. */
const NARROWEST = 0.004;

const ms = (at: string): number => Date.parse(at);

/** In the order of time. Gaps (nobody waited, nobody worked) stay gaps. */
export function piecesOf(segments: readonly SegmentView[]): readonly Piece[] {
  const inOrder = segments.toSorted((a, b) => ms(a.started_at) - ms(b.started_at) || ms(a.ended_at) - ms(b.ended_at));
  const from = Math.min(...inOrder.map((s) => ms(s.started_at)));
  const whole = Math.max(1, Math.max(...inOrder.map((s) => ms(s.ended_at))) - from);
  return inOrder.map((segment) => {
    const lasted = Math.max(0, ms(segment.ended_at) - ms(segment.started_at));
    const width = lasted === 0 ? 0 : Math.max(NARROWEST, lasted / whole);
    return { kind: segment.kind, segment, left: Math.min((ms(segment.started_at) - from) / whole, 1 - width), width, seconds: lasted / 1000 };
  });
}

/** Seconds by kind, in the order of SEGMENT_KINDS; kinds that never were are left out. */
export function totalsOf(pieces: readonly Piece[]): readonly { readonly kind: SegmentKind; readonly seconds: number }[] {
  return SEGMENT_KINDS.map((kind) => ({ kind, seconds: pieces.filter((p) => p.kind === kind).reduce((sum, p) => sum + p.seconds, 0) })).filter(
    (total) => pieces.some((p) => p.kind === total.kind),
  );
}
