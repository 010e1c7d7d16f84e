/** What was written and is not yet known to be stored: kept until the hub has it, sent again under the same key. */

import type { DraftKind } from '@/desks/agent/conversation/drafts';
import type { AttachedFile } from '@/generated/api';
import type { WrittenLetter } from '@/generated/views';

export interface PlanWish {
  readonly holdS: number;
  readonly sendAt: string | null;
  readonly unlessClientWrites: boolean;
}

/** What the composer hands over. */
export interface Written {
  readonly kind: DraftKind;
  readonly channel: string;
  readonly text: string;
  readonly files: readonly AttachedFile[];
  readonly mentions: readonly string[];
  /** Not at once: held so that it can be undone, or sent at a time. Null: at once. */
  readonly plan: PlanWish | null;
  /** What a letter has besides; null for all other channels. */
  readonly letter: WrittenLetter | null;
}

export interface Unsent extends Written {
  /** The Idempotency-Key: however often it is sent, the hub stores it once. */
  readonly key: string;
  readonly interactionId: string;
  readonly at: string;
  /** Null while it is on its way; else why it is not sent, in words. */
  readonly problem: string | null;
  /** The hub did not answer: sent again by itself as soon as it does. Not after a reload: then a person decides. */
  readonly isUnanswered?: boolean;
  /** What the hub called it; it goes from here when its frame or page has come. */
  readonly touchId: string | null;
}

type List = readonly Unsent[];

export const added = (list: List, item: Unsent): List => [...list.filter((other) => other.key !== item.key), item];
export const removed = (list: List, key: string): List => list.filter((item) => item.key !== key);
export const changed = (list: List, key: string, part: Partial<Unsent>): List =>
  list.map((item) => (item.key === key ? { ...item, ...part } : item));

/** The list without what is in the history by now. */
export const arrived = (list: List, touchIds: ReadonlySet<string>): List =>
  list.filter((item) => item.touchId === null || !touchIds.has(item.touchId));

const PREFIX = 'touchline.unsent.';

/** What an earlier page of this browser left behind; nobody knows whether the hub has it, its key will tell. */
export function recalled(shelf: Pick<Storage, 'getItem'>, owner: string, problem: string): List {
  try {
    const found = JSON.parse(shelf.getItem(PREFIX + owner) ?? '[]') as List;
    // one that an older console left has neither files nor plans
    return found.map((item) => ({ ...item, files: item.files ?? [], mentions: item.mentions ?? [], plan: item.plan ?? null, letter: item.letter ?? null, problem, isUnanswered: false }));
  } catch {
    return [];
  }
}

export function remember(shelf: Pick<Storage, 'setItem' | 'removeItem'>, owner: string, list: List): void {
  try {
    if (list.length) shelf.setItem(PREFIX + owner, JSON.stringify(list));
    else shelf.removeItem(PREFIX + owner);
  } catch {
    // the browser keeps nothing: they are still on the screen
  }
}
