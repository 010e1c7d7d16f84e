/** A message that went wrong, put back into the field: what the open conversation offers to what stands in its stream. */

import type { InjectionKey } from 'vue';
import type { Timeline } from '@/desks/agent/conversation/timeline';
import type { Attachment, TouchView, WrittenLetter } from '@/generated/views';

/** What is put back. */
export interface Again {
  readonly text: string;
  readonly files: readonly Attachment[];
  /** What a letter has besides; null for all other channels. */
  readonly letter: WrittenLetter | null;
}

export interface PutBack {
  /** The open conversation, if any. */
  readonly open: () => string | null;
  /** Whether its conversation is the open one, or went on in it, and whoever looks may answer there the same way. */
  readonly may: (touch: TouchView) => boolean;
  /** Whether an answer is begun in the field. */
  readonly isBegun: () => boolean;
  readonly timeline: () => Timeline;
  readonly put: (again: Again, channel: string) => Promise<void>;
}

export const PUT_BACK: InjectionKey<PutBack> = Symbol('put back');
