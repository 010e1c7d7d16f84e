/** Replies and macros for the open conversation, filled by the hub; kept while it is open, and asked for anew. */

import { reactive, shallowRef } from 'vue';
import * as calls from '@/api/knowledge';
import type { ReadySnippet } from '@/generated/api';

const FRESH_MS = 20_000;
const MOST = 30;

interface Kept {
  readonly items: readonly ReadySnippet[];
  readonly atMs: number;
}
const kept = reactive(new Map<string, Kept>());

/** What is known for this conversation now; null before the first answer. */
export const readyFor = (interactionId: string): readonly ReadySnippet[] | null => kept.get(interactionId)?.items ?? null;

/** Asks the hub, unless it answered a moment ago. Throws Refusal. */
export async function refreshReady(interactionId: string, isForced = false): Promise<void> {
  const before = kept.get(interactionId);
  if (!isForced && before && Date.now() - before.atMs < FRESH_MS) return;
  const { items } = await calls.ready(interactionId);
  kept.delete(interactionId);
  kept.set(interactionId, { items, atMs: Date.now() });
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST) break;
    kept.delete(oldest);
  }
}

/** Nothing is kept for whoever signs in next. */
export const forgetReady = (): void => kept.clear();

/** The field on the page that takes replies, macros and articles, if there is one. */
export interface Inserter {
  readonly interactionId: string;
  choose: (item: ReadySnippet) => void;
  insert: (words: string) => void;
  open: () => void;
}
export const inserter = shallowRef<Inserter | null>(null);
