/** The agent's desk, and the one function that changes it: an older desk and a frame give the newer desk. */

import type { DeliveryChangedFrame, Frame, ReservationOfferedFrame } from '@/generated/frames';
import type { ClientCard, DeskView, LastTouchView, NamedView, OfferView, TouchView, ViewerView, WorkView } from '@/generated/views';
import { called } from '@/live/called';

/** What a snapshot carries, and what only frames tell: who types, who looks on, and the newest card of each person. */
export interface Desk extends DeskView {
  /** By interaction: the client. */
  readonly typing: Readonly<Record<string, { readonly byClient: boolean; readonly name: string }>>;
  /** By interaction: the colleague who is writing to this client too. */
  readonly colleagues: Readonly<Record<string, string>>;
  /** By interaction: who has it on the screen, this user among them. */
  readonly viewers: Readonly<Record<string, readonly ViewerView[]>>;
  /** By person. */
  readonly cards: Readonly<Record<string, ClientCard>>;
}

/** The hub cuts the last message of a row to this many characters. */
export const LINE_CHARACTERS = 140;
/** So many messages are on a card, each cut to so many characters. */
const RECENT = 6;
const RECENT_CHARACTERS = 280;

/** The desk after `frame`. Without a desk only a snapshot or a resync makes one. */
export function apply(desk: Desk | null, frame: Frame): Desk | null {
  if (frame.kind === 'snapshot' || frame.kind === 'resync') return deskOf(frame.desk);
  if (desk === null) return null;
  switch (frame.kind) {
    case 'me_changed':
      return { ...desk, me: frame.me };
    case 'reservation_offered':
      return withCard({ ...desk, offers: put(desk.offers, offerOf(frame), (o) => o.reservation_id) }, frame.card);
    case 'reservation_ended':
      return { ...desk, offers: desk.offers.filter((o) => o.reservation_id !== frame.reservation_id) };
    case 'work_changed': {
      const known = desk.work.find((w) => w.work_item_id === frame.work.work_item_id);
      if (known && known.version > frame.work.version) return desk;
      const typing = frame.work.state === 'assigned' ? desk.typing : without(desk.typing, frame.work.interaction_id);
      return { ...desk, typing, work: put(desk.work, frame.work, (w) => w.work_item_id) };
    }
    case 'work_removed': {
      const gone = desk.work.find((w) => w.work_item_id === frame.work_item_id);
      if (!gone) return desk;
      const work = desk.work.filter((w) => w !== gone);
      return { ...desk, work, typing: without(desk.typing, gone.interaction_id) };
    }
    case 'touch_added':
      return touched(desk, frame.touch);
    case 'delivery_changed':
      return { ...desk, work: desk.work.map((row) => (row.interaction_id === frame.interaction_id ? cameFurther(row, frame) : row)) };
    case 'typing': {
      if (!frame.by_client) {
        const others = without(desk.colleagues, frame.interaction_id);
        return { ...desk, colleagues: frame.typing ? { ...others, [frame.interaction_id]: frame.name } : others };
      }
      const rest = without(desk.typing, frame.interaction_id);
      const who = { byClient: frame.by_client, name: frame.name };
      return { ...desk, typing: frame.typing ? { ...rest, [frame.interaction_id]: who } : rest };
    }
    case 'client_left':
      // nobody waits for an answer any more
      return { ...desk, work: desk.work.map((row) => (row.interaction_id === frame.interaction_id ? { ...row, unanswered_since: null } : row)) };
    case 'queues_changed':
      return { ...desk, queues: frame.queues, waiting: frame.waiting };
    case 'card_changed':
      return withCard(desk, frame.card);
    case 'client_moved':
      return moved(desk, frame.person_id, frame.about);
    case 'planned_changed': {
      const isOpen = frame.planned.state === 'waiting' || frame.planned.state === 'failed';
      return { ...desk, planned: isOpen ? put(desk.planned, frame.planned, (p) => p.id) : desk.planned.filter((p) => p.id !== frame.planned.id) };
    }
    case 'mentioned':
      return { ...desk, mentions: [frame.mention, ...desk.mentions.filter((m) => m.touch_id !== frame.mention.touch_id)] };
    case 'mentions_read':
      return { ...desk, mentions: desk.mentions.filter((m) => !frame.touch_ids.includes(m.touch_id)) };
    case 'snooze_changed': {
      const { snooze } = frame;
      const others = desk.snoozed.filter((s) => s.interaction_id !== frame.interaction_id);
      return { ...desk, snoozed: snooze ? put(desk.snoozed, snooze, (s) => s.interaction_id) : others };
    }
    case 'viewers_changed':
      return { ...desk, viewers: { ...desk.viewers, [frame.interaction_id]: frame.viewers } };
    case 'house_changed':
      return { ...desk, dispositions: frame.dispositions, pause_reasons: frame.pause_reasons, pauses: frame.pauses };
    case 'notice_added':
      return { ...desk, notices: put(desk.notices, frame.notice, (n) => n.id) };
    case 'notice_gone':
      return { ...desk, notices: desk.notices.filter((n) => n.id !== frame.notice_id) };
    case 'consult_changed': {
      const others = desk.consults.filter((c) => c.id !== frame.consult.id);
      return { ...desk, consults: frame.consult.ended_at === null ? put(desk.consults, frame.consult, (c) => c.id) : others };
    }
    case 'tasks_changed':
      return { ...desk, tasks: frame.tasks };
    case 'call_changed': {
      const { call } = frame;
      const known = desk.calls.find((c) => c.id === call.id);
      if (known && known.version > call.version) return desk;
      const isMine = call.stage !== 'ended' && call.agent?.id === desk.me.id;
      return { ...desk, calls: isMine ? put(desk.calls, call, (c) => c.id) : desk.calls.filter((c) => c.id !== call.id) };
    }
    case 'floor_snapshot':
    case 'floor_changed':
    case 'draft_changed':
    case 'client_rated':
    case 'replayed':
    case 'tick':
    case 'signed_out':
      return desk;
    default:
      // a newer hub may say things this console does not know yet
      return ((_: never) => desk)(frame);
  }
}

/** The desk after this agent has read everything up to `seq`; the hub counts the same way. */
export function read(desk: Desk, interactionId: string, seq: number): Desk {
  const work = desk.work.map((row) =>
    row.interaction_id === interactionId && row.unread > 0 && (row.last_touch?.seq ?? 0) <= seq
      ? { ...row, unread: 0 }
      : row,
  );
  return { ...desk, work };
}

/** The desk in which nobody types in this conversation any more: who stops without saying so is not typing for ever. */
export function quiet(desk: Desk, interactionId: string): Desk {
  return { ...desk, typing: without(desk.typing, interactionId) };
}

/** The same of the colleague who wrote to this client too. */
export function quietColleague(desk: Desk, interactionId: string): Desk {
  return { ...desk, colleagues: without(desk.colleagues, interactionId) };
}

function deskOf(view: DeskView): Desk {
  const cards = Object.fromEntries(view.offers.map((o) => [o.card.person_id, o.card]));
  // a hub that is a release older has no tasks and no calls yet
  return { ...view, tasks: view.tasks ?? [], calls: view.calls ?? [], typing: {}, colleagues: {}, viewers: {}, cards };
}

function offerOf(frame: ReservationOfferedFrame): OfferView {
  const { kind: _kind, seq: _seq, ...offer } = frame;
  return offer;
}

/** The same three facts that the hub computes for a snapshot's row: newest message, unanswered since, unread. */
function touched(desk: Desk, touch: TouchView): Desk {
  const typing = touch.direction === 'inbound' ? without(desk.typing, touch.interaction_id) : desk.typing;
  const colleagues = touch.direction === 'outbound' ? without(desk.colleagues, touch.interaction_id) : desk.colleagues;
  const work = desk.work.map((row) => (row.interaction_id === touch.interaction_id ? rowTouched(row, touch) : row));
  const who = work.find((row) => row.interaction_id === touch.interaction_id)?.person.id;
  const card = who ? desk.cards[who] : undefined;
  const cards = card ? { ...desk.cards, [card.person_id]: withRecent(card, touch) } : desk.cards;
  return { ...desk, work, typing, colleagues, cards };
}

/** How far the reply that the row shows came. */
const cameFurther = (row: WorkView, frame: DeliveryChangedFrame): WorkView =>
  row.last_touch?.seq === frame.touch_seq ? { ...row, last_touch: { ...row.last_touch, delivery: frame.delivery } } : row;

function rowTouched(row: WorkView, touch: TouchView): WorkView {
  if (touch.direction === 'internal' || touch.seq <= (row.last_touch?.seq ?? 0)) return row;
  const isFromClient = touch.direction === 'inbound';
  // what a machine sends by itself waits for no answer
  const isWaiting = isFromClient && touch.letter?.kind !== 'auto_reply' && touch.letter?.kind !== 'bounce';
  // nor does what the hub sends by itself answer them
  const isByItself = touch.direction === 'outbound' && touch.author === '';
  const last_touch: LastTouchView = {
    seq: touch.seq,
    direction: touch.direction,
    at: touch.at,
    text: Array.from(touch.text).slice(0, LINE_CHARACTERS).join(''),
    files: touch.attachments.map((file) => file.name),
    author: touch.author,
    delivery: touch.delivery,
  };
  return {
    ...row,
    last_touch,
    unanswered_since: isWaiting ? (row.unanswered_since ?? touch.at) : isFromClient || isByItself ? row.unanswered_since : null,
    unread: row.unread + (isFromClient ? 1 : 0),
  };
}

function withCard(desk: Desk, card: ClientCard): Desk {
  return {
    ...desk,
    cards: { ...desk.cards, [card.person_id]: card },
    offers: desk.offers.map((o) => (o.card.person_id === card.person_id ? { ...o, card } : o)),
    work: named(desk.work, card),
    mentions: named(desk.mentions, card),
    snoozed: named(desk.snoozed, card),
    consults: named(desk.consults, card),
    tasks: named(desk.tasks, card),
    notices: named(desk.notices, card),
    // a number stands beside it
    calls: named(desk.calls, card, card.name),
  };
}

/** The desk in which this client is on another page: only the visit is different. */
function moved(desk: Desk, personId: string, about: ClientCard['about']): Desk {
  const card = desk.cards[personId];
  return {
    ...desk,
    cards: card ? { ...desk.cards, [personId]: { ...card, about } } : desk.cards,
    offers: desk.offers.map((o) => (o.card.person_id === personId ? { ...o, card: { ...o.card, about } } : o)),
  };
}

/** Rows of this person under the name that the card has. */
function named<T extends { readonly person: NamedView | null }>(rows: readonly T[] | undefined, card: ClientCard, name = called(card)): readonly T[] {
  return (rows ?? []).map((row) => (row.person?.id === card.person_id && row.person.name !== name ? { ...row, person: { id: row.person.id, name } } : row));
}

/** The card with a message of its person among the newest; the hub cuts and counts the same way. */
function withRecent(card: ClientCard, touch: TouchView): ClientCard {
  if (touch.direction === 'internal' || card.recent.some((t) => t.interaction_id === touch.interaction_id && t.seq === touch.seq)) return card;
  const { interaction_id, seq, channel, direction, at } = touch;
  const files = touch.attachments.map((file) => file.name);
  const newest = { interaction_id, seq, channel, direction, at, files, subject: touch.letter?.subject ?? '', text: Array.from(touch.text).slice(0, RECENT_CHARACTERS).join('') };
  return { ...card, recent: [newest, ...card.recent].slice(0, RECENT) };
}

/** The desk with a card that was asked for; one that a frame brought since is newer. */
export function withKnownCard(desk: Desk, card: ClientCard): Desk {
  const known = desk.cards[card.person_id];
  return known && known.version > card.version ? desk : { ...desk, cards: { ...desk.cards, [card.person_id]: card } };
}

/** Replaced in its place, or put at the end: nothing else moves. */
function put<T>(list: readonly T[], item: T, id: (item: T) => string): readonly T[] {
  const place = list.findIndex((other) => id(other) === id(item));
  return place < 0 ? [...list, item] : list.with(place, item);
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
}
