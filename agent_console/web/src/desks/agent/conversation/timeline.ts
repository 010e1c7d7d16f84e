/** One person's history over all interactions: how pages and frames become it, and how it is shown. */

import type { TimelineEntry } from '@/generated/api';
import type { DeliveryChangedFrame } from '@/generated/frames';
import type { ClientCard, TouchView } from '@/generated/views';
import { dayNumber } from '@/time/format';

/** Oldest first; each touch and fact once. */
export type Timeline = readonly TimelineEntry[];

const isTouch = (entry: TimelineEntry): boolean => entry.touch !== null;
const keyOf = (entry: TimelineEntry): string => `${entry.interaction_id} ${entry.seq} ${isTouch(entry) ? 'touch' : entry.kind}`;

/** `timeline` with what the hub just answered; where both have an entry, the hub's is newer. */
export function merged(timeline: Timeline, page: readonly TimelineEntry[]): Timeline {
  const entries = new Map(timeline.map((entry) => [keyOf(entry), entry]));
  for (const entry of page) entries.set(keyOf(entry), entry);
  return inOrder([...entries.values()]);
}

/** Whether a record has become others since, or others have: after a merge, its undo, or an address taken out. */
export function isParted(before: ClientCard, after: ClientCard): boolean {
  const ids = (card: ClientCard): string => card.merges.map((merge) => merge.id).join();
  return after.interactions < before.interactions || ids(after) !== ids(before);
}

/** `timeline` with a touch that a frame brought; one that is there already stays as it is. */
export function withTouch(timeline: Timeline, touch: TouchView, queue: string): Timeline {
  const entry: TimelineEntry = {
    at: touch.at,
    kind: 'touch',
    interaction_id: touch.interaction_id,
    seq: touch.seq,
    channel: touch.channel,
    queue,
    touch,
    agent: touch.author,
    detail: '',
    what: '',
    was: '',
    now: '',
    // who is told of it may open it
    opens: true,
  };
  if (timeline.some((known) => keyOf(known) === keyOf(entry))) return timeline;
  return inOrder([...timeline, entry]);
}

/** `timeline` after a reply came further, or failed. */
export function withDelivery(timeline: Timeline, change: DeliveryChangedFrame): Timeline {
  return timeline.map((entry) =>
    entry.touch?.id === change.touch_id
      ? { ...entry, touch: { ...entry.touch, delivery: change.delivery, delivery_detail: change.detail } }
      : entry,
  );
}

/**
 * Within an interaction `seq` is the order, whatever the clock did; between interactions the time is. So each entry
 * counts as no earlier than those before it in its own interaction.
 */
function inOrder(entries: TimelineEntry[]): Timeline {
  const bySeq = entries.toSorted((a, b) => a.seq - b.seq);
  const latest = new Map<string, number>();
  const counted = bySeq.map((entry) => {
    const at = Math.max(Date.parse(entry.at), latest.get(entry.interaction_id) ?? -Infinity);
    latest.set(entry.interaction_id, at);
    return { at, entry };
  });
  counted.sort((a, b) => a.at - b.at || a.entry.interaction_id.localeCompare(b.entry.interaction_id) || a.entry.seq - b.entry.seq);
  return counted.map(({ entry }) => entry);
}

/** A row of the stream. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  | { readonly kind: 'fact'; readonly key: string; readonly entry: TimelineEntry }
  /** `isFirst`: its author, channel and time are said; the next of the same minutes follow without. */
  | { readonly kind: 'touch'; readonly key: string; readonly entry: TimelineEntry; readonly touch: TouchView; readonly isFirst: boolean };

const TOGETHER_MS = 5 * 60_000;

/** The rows of the stream: days between days, facts worth a line, messages of one author together. */
export function rowsOf(timeline: Timeline): readonly Row[] {
  const rows: Row[] = [];
  let day: number | null = null;
  let before: TouchView | null = null;
  for (const entry of timeline) {
    if (!isTouch(entry) && !isWorthALine(entry)) continue;
    const key = keyOf(entry);
    const entryDay = dayNumber(Date.parse(entry.at));
    if (entryDay !== day) {
      rows.push({ kind: 'day', key: `day ${entryDay} ${key}`, at: entry.at });
      day = entryDay;
      before = null;
    }
    if (entry.touch) {
      rows.push({ kind: 'touch', key, entry, touch: entry.touch, isFirst: before === null || !belongTogether(before, entry.touch) });
      before = entry.touch;
    } else {
      rows.push({ kind: 'fact', key, entry });
      before = null;
    }
  }
  return rows;
}

function belongTogether(a: TouchView, b: TouchView): boolean {
  return (
    a.direction === b.direction &&
    a.author === b.author &&
    a.letter?.sender?.address === b.letter?.sender?.address &&
    a.channel === b.channel &&
    a.interaction_id === b.interaction_id &&
    Date.parse(b.at) - Date.parse(a.at) < TOGETHER_MS
  );
}

const SHOWN_FACTS = new Set([
  'interaction_opened',
  'interaction_closed',
  'client_left',
  'consult_changed',
  'interaction_rated',
  'work_assigned',
  'work_queued',
  'work_transferred',
  'work_abandoned',
  'work_flowed_out',
  'work_callback',
  'work_cancelled',
]);
const FIRST_QUEUED = new Set(['', 'new', 'queued']);

/** Queueing at the start, offers and wrap-up are the house's business: the reader wants what happened to the client. */
function isWorthALine(entry: TimelineEntry): boolean {
  if (entry.kind === 'work_completed' && entry.detail === 'snoozed') return true;
  return entry.kind.startsWith('card_') || (SHOWN_FACTS.has(entry.kind) && !(entry.kind === 'work_queued' && FIRST_QUEUED.has(entry.detail)));
}

/** The `seq` of the newest touch of an interaction that is on the screen; 0 for none. */
export function newestTouch(timeline: Timeline, interactionId: string): number {
  return timeline.reduce(
    (newest, { interaction_id, touch }) => (interaction_id === interactionId && touch ? Math.max(newest, touch.seq) : newest),
    0,
  );
}
