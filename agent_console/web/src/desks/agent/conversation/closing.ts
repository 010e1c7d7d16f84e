/** Closing a conversation: the outcomes that its queue offers, and the answers to the form of one. */

import { sentSince } from '@/desks/agent/conversation/again';
import type { Timeline } from '@/desks/agent/conversation/timeline';
import type { DispositionView, OutcomeField, TouchView } from '@/generated/views';

export type Answer = string | number | boolean;
/** As typed: a number is text until it is sent. */
export type Typed = Readonly<Record<string, string | boolean>>;

/** What may be chosen in this queue, each outcome followed by those that stand under it. */
export function offered(all: readonly DispositionView[], queueId: string): readonly DispositionView[] {
  const here = all.filter((one) => !one.retired && (!one.queues.length || one.queues.includes(queueId)));
  const codes = new Set(here.map((one) => one.code));
  const first = here.filter((one) => !codes.has(one.parent));
  return first.flatMap((one) => [one, ...here.filter((under) => under.parent === one.code)]);
}

/** The keys 1–9 and a–z, as far as there are outcomes; `d` of a word typed is not meant. */
export const KEYS = '123456789abcdefghijklmnopqrstuvwxyz';

/** The question that is not answered though it must be, or answered with what is no number; null: all is well. */
export function missing(fields: readonly OutcomeField[], typed: Typed): { field: OutcomeField; isWrong: boolean } | null {
  for (const field of fields) {
    const said = typed[field.code];
    const isEmpty = said === undefined || (typeof said === 'string' && !said.trim());
    if (isEmpty && field.required) return { field, isWrong: false };
    if (!isEmpty && field.kind === 'number' && numberOf(String(said)) === null) return { field, isWrong: true };
  }
  return null;
}

/** What is sent: only what was answered. */
export function answersOf(fields: readonly OutcomeField[], typed: Typed): Record<string, Answer> {
  const answers: Record<string, Answer> = {};
  for (const field of fields) {
    const said = typed[field.code];
    if (typeof said === 'boolean') answers[field.code] = said;
    else if (said?.trim()) answers[field.code] = field.kind === 'number' ? (numberOf(said) ?? 0) : said.trim();
  }
  return answers;
}

/** A number as people of any of our languages write it: "1 200,50" is 1200.5. */
export function numberOf(said: string): number | null {
  const plain = said.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
  const value = Number(plain);
  return plain && Number.isFinite(value) ? value : null;
}

/** What is not done with yet when a conversation is to be closed, in the order it is said. */
export type Loose = 'draft' | 'unsent' | 'waiting' | 'uncertain' | 'failed';

/** A reply that is on its way for so long is no matter of a moment. */
const ON_ITS_WAY_MS = 10_000;

export interface Conversation {
  readonly id: string;
  readonly timeline: Timeline;
  /** Whether an answer stands in the field. */
  readonly isBegun: boolean;
  /** Whether something that was written did not get to the hub. */
  readonly hasUnsent: boolean;
}

export function looseEnds({ id, timeline, isBegun, hasUnsent }: Conversation, nowMs: number): readonly Loose[] {
  const ours = timeline.flatMap(({ touch }) => (touch?.interaction_id === id && touch.direction === 'outbound' && touch.author ? [touch] : []));
  const waits = ({ delivery, delivery_detail, at }: TouchView): boolean =>
    (delivery === 'queued' || delivery === 'sending') && (delivery_detail !== '' || nowMs - Date.parse(at) >= ON_ITS_WAY_MS);
  const found: Record<Loose, boolean> = {
    draft: isBegun,
    unsent: hasUnsent,
    waiting: ours.some(waits),
    uncertain: ours.some((touch) => touch.delivery === 'uncertain' && !sentSince(timeline, touch)),
    failed: ours.some((touch) => touch.delivery === 'failed' && !sentSince(timeline, touch)),
  };
  return (Object.keys(found) as Loose[]).filter((kind) => found[kind]);
}
