/** What the number of a frame means for this window: apply it, ignore it, or know that something was missed. */

import type { Frame } from '@/generated/frames';

/** The newest number applied, and the stream it belongs to; goes into `hello`. */
export interface Position {
  readonly seq: number;
  readonly stream: string;
}

export type Verdict =
  /** Apply it; `position` is the new one. */
  | { readonly kind: 'apply'; readonly position: Position }
  /** Nothing to apply, and nothing was missed. */
  | { readonly kind: 'current' }
  /** It was applied before. */
  | { readonly kind: 'repeated' }
  /** Frames are missing: say hello again. */
  | { readonly kind: 'gap' };

/** Decides about `frame` for a window at `position` (null: it has no desk yet). */
export function judged(position: Position | null, frame: Frame): Verdict {
  switch (frame.kind) {
    case 'snapshot':
    case 'resync':
      return { kind: 'apply', position: { seq: frame.seq, stream: frame.stream } };
    case 'tick':
    case 'replayed':
      return position !== null && frame.seq === position.seq ? { kind: 'current' } : { kind: 'gap' };
    // the wallboard has revisions of its own: see live/floor.ts
    case 'floor_snapshot':
    case 'floor_changed':
    case 'signed_out':
      return { kind: 'current' };
    default:
      if (position === null || frame.seq > position.seq + 1) return { kind: 'gap' };
      if (frame.seq <= position.seq) return { kind: 'repeated' };
      return { kind: 'apply', position: { ...position, seq: frame.seq } };
  }
}
