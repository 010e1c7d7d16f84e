/** The live desk of the agent: the socket's frames applied to one state, and what this agent does with it. */

import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import * as calls from '@/api/calls';
import type { Command, Frame } from '@/generated/frames';
import type { ClientCard, ConsultView, OfferView, PlannedView, WorkView } from '@/generated/views';
import { text } from '@/i18n/text';
import { apply, type Desk, quiet, quietColleague, read, withKnownCard } from '@/live/apply';
import { Connection, type Wire } from '@/live/connection';
import { watched } from '@/live/link';
import { useSession } from '@/session/session';
import { say, sayRefusal } from '@/shell/notices';
import { preferences } from '@/settings/preferences';
import { chime, notify } from '@/sound/alerts';
import { hubSaid } from '@/time/now';

type Heard = (frame: Frame) => void;

const TYPING_LASTS_MS = 12_000;

const BY_ONESELF: ReadonlySet<string> = new Set(['done', 'time_up', 'transferred', 'snoozed']);
/** Whether work left its agent by something else than their own doing. */
export const isTaken = (reason: string): boolean => !BY_ONESELF.has(reason);

export const useDesk = defineStore('desk', () => {
  const session = useSession();
  const desk = shallowRef<Desk | null>(null);
  /** The interaction on the screen, as the page says. */
  const openId = ref<string | null>(null);
  /** Offers whose accept or decline is under way. */
  const answering = ref<ReadonlySet<string>>(new Set());
  /** Work this agent accepted here: it opens when its row comes. */
  const awaited = ref<string | null>(null);
  /** A conversation that a notification was clicked for. */
  const asked = ref<string | null>(null);
  const listeners = new Set<Heard>();
  const hearers = new Set<Heard>();
  const notified = new Map<string, () => void>();
  const typists = new Map<string, number>();
  let connection: Connection | null = null;

  const me = computed(() => desk.value?.me ?? session.user);
  const offers = computed<readonly OfferView[]>(() => desk.value?.offers ?? []);
  /** Who waits, but for those who are being offered to this agent: they are seen above. */
  const waiting = computed(() => {
    const offered = new Set(offers.value.map((offer) => offer.work_item.id));
    return (desk.value?.waiting ?? []).filter((row) => !offered.has(row.work_item_id));
  });
  const mine = computed<readonly WorkView[]>(() => desk.value?.work ?? []);

  function begin(): void {
    if (connection !== null) return;
    watched.begin();
    connection = new Connection(
      { open: openSocket, now: () => Date.now(), chance: Math.random, later },
      {
        applied,
        heard: (frame) => {
          watched.heard();
          for (const hears of hearers) hears(frame);
          if (frame.kind === 'tick') hubSaid(frame.server_time);
        },
        current: watched.current,
        lost: watched.lost,
        signedOut: () => session.ended(),
        refused: () => void calls.whoAmI().catch(() => undefined),
      },
    );
    connection.begin();
    window.addEventListener('online', hurry);
    document.addEventListener('visibilitychange', hurry);
  }

  function end(): void {
    connection?.end();
    connection = null;
    watched.end();
    window.removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', hurry);
    for (const takeAway of notified.values()) takeAway();
    notified.clear();
    desk.value = null;
    awaited.value = null;
    answering.value = new Set();
  }

  function hurry(): void {
    if (!document.hidden) connection?.hurry();
  }

  function applied(frame: Frame): void {
    const before = desk.value;
    if (frame.kind === 'snapshot' || frame.kind === 'resync') hubSaid(frame.desk.server_time);
    desk.value = apply(before, frame);
    if (frame.kind === 'typing') typed(frame.interaction_id, frame.by_client);
    announce(before, frame);
    for (const heard of listeners) heard(frame);
  }

  function typed(interactionId: string, byClient: boolean): void {
    const key = `${byClient} ${interactionId}`;
    window.clearTimeout(typists.get(key));
    const ends = (): void => {
      if (desk.value) desk.value = byClient ? quiet(desk.value, interactionId) : quietColleague(desk.value, interactionId);
    };
    typists.set(key, window.setTimeout(ends, TYPING_LASTS_MS));
  }

  /** What is worth a sound or a word. */
  function announce(before: Desk | null, frame: Frame): void {
    const known = new Set(before?.offers.map((o) => o.reservation_id));
    for (const offer of offers.value.filter((o) => !known.has(o.reservation_id))) offered(offer);
    for (const [id, takeAway] of notified) {
      if (!offers.value.some((o) => o.reservation_id === id)) {
        takeAway();
        notified.delete(id);
      }
    }
    if (frame.kind === 'reservation_ended') {
      const offer = before?.offers.find((o) => o.reservation_id === frame.reservation_id);
      if (offer && frame.state !== 'accepted' && frame.state !== 'declined') ended(offer, frame.taken_by);
    }
    if (frame.kind === 'touch_added' && frame.touch.direction === 'inbound') {
      const isRead = frame.touch.interaction_id === openId.value && document.hasFocus();
      if (!isRead) chime('message');
      const row = desk.value?.work.find((w) => w.interaction_id === frame.touch.interaction_id);
      if (!isRead && row) {
        const body = preferences.notificationText ? frame.touch.text.slice(0, 140) : text.word('channel', frame.touch.channel);
        notify('message', text.t('knowledge.alerts.wrote', { name: nameOf(row.person.name) }), body, `message ${row.interaction_id}`, () => show(row.interaction_id));
      }
    }
    if (frame.kind === 'snooze_changed' && frame.snooze === null) {
      const known = before?.snoozed.find((one) => one.interaction_id === frame.interaction_id);
      const name = nameOf(known?.person.name ?? '');
      chime('reminder');
      notify('reminder', text.t('knowledge.alerts.back', { name }), '', `reminder ${frame.interaction_id}`, () => show(frame.interaction_id));
    }
    if (frame.kind === 'notice_added' && frame.notice.kind === 'task') {
      chime('reminder');
      notify('reminder', text.t('supervise.notice.task', { by: text.actor(frame.notice.by) }), frame.notice.text, `notice ${frame.notice.id}`);
    }
    if (frame.kind === 'client_rated') rated(frame);
    // whom one was asked about on the telephone is one's own client from now on
    if (frame.kind === 'consult_changed' && isAskedByPhone(frame.consult, me.value?.id) && frame.consult.reason === 'handed_over') awaited.value = frame.consult.interaction_id;
    if (frame.kind === 'planned_changed') planEnded(frame.planned);
    if (frame.kind === 'work_removed') {
      const row = before?.work.find((w) => w.work_item_id === frame.work_item_id);
      // what did not answer in time is told by a notice that stays
      if (row && frame.reason !== 'reply_overdue' && isTaken(frame.reason)) {
        const words = ['taken_over', 'reassigned', 'consulted'].includes(frame.reason) ? 'work.with_another' : 'work.back_in_line';
        say(text.t(words, { name: nameOf(row.person.name), reason: text.word('fact.back', frame.reason) }));
      }
    }
  }

  /** Brings a conversation to the screen: whoever clicked a notification wants to see it. */
  function show(interactionId: string): void {
    asked.value = interactionId;
  }

  function offered(offer: OfferView): void {
    chime('offer');
    const { queue, channel } = offer.work_item;
    const title = `${text.t('work.offered')}: ${nameOf(offer.card.name)}`;
    notified.set(offer.reservation_id, notify('offer', title, `${text.word('channel', channel)} · ${queue}`, offer.reservation_id));
  }

  function ended(offer: OfferView, takenBy: string): void {
    const name = nameOf(offer.card.name);
    say(takenBy ? text.t('work.taken', { name, agent: takenBy }) : text.t('work.over', { name }));
  }

  /** What a client thought, once the conversation is over: a word, and it stands in the history. */
  function rated({ person_id, score, comment }: { readonly person_id: string; readonly score: number; readonly comment: string }): void {
    const name = nameOf(desk.value?.cards[person_id]?.name ?? desk.value?.work.find((w) => w.person.id === person_id)?.person.name ?? '');
    say(text.t(comment && preferences.notificationText ? 'talk.rated_saying' : 'talk.rated', { name, score: text.number(score), comment: comment.slice(0, 140) }));
  }

  /** A plan that ended otherwise than its author meant. */
  function planEnded({ state, reason, person }: PlannedView): void {
    if (state === 'cancelled' && (reason === 'client_wrote' || reason === 'closed')) {
      say(text.t(`talk.plan.${reason}`, { name: nameOf(person.name) }), 'bad');
    }
  }

  /** The hub answered with this plan; its frame says the same. */
  function planned(plan: PlannedView): void {
    if (desk.value !== null) desk.value = apply(desk.value, { kind: 'planned_changed', seq: 0, planned: plan });
  }

  /** This window shows that conversation, and that client's card; or none. */
  function tellViewing(interactionId: string | null, personId: string | null): void {
    connection?.tell({ kind: 'viewing', interaction_id: interactionId, person_id: personId });
  }

  async function answer(offer: OfferView, call: () => Promise<unknown>): Promise<boolean> {
    const id = offer.reservation_id;
    if (answering.value.has(id)) return false;
    answering.value = new Set([...answering.value, id]);
    try {
      await call();
      return true;
    } catch (error) {
      sayRefusal(error);
      return false;
    } finally {
      answering.value = new Set([...answering.value].filter((other) => other !== id));
    }
  }

  async function accept(offer: OfferView): Promise<void> {
    awaited.value = offer.work_item.interaction_id;
    if (!(await answer(offer, () => calls.accept(offer.reservation_id)))) awaited.value = null;
  }

  async function decline(offer: OfferView, reason: string): Promise<void> {
    await answer(offer, () => calls.decline(offer.reservation_id, reason));
  }

  async function wish(state: string, reason = ''): Promise<void> {
    try {
      await calls.wishState({ state, reason });
    } catch (error) {
      sayRefusal(error);
    }
  }

  /** Tells the hub that this was read; the row shows it once the hub knows. */
  async function markRead(interactionId: string, seq: number): Promise<void> {
    await calls.markRead(interactionId, seq);
    if (desk.value !== null) desk.value = read(desk.value, interactionId, seq);
  }

  /** A card that was asked for, or answered an edit; frames keep it current from now on. */
  function know(card: ClientCard): void {
    if (desk.value !== null) desk.value = withKnownCard(desk.value, card);
  }

  function tellTyping(interactionId: string, typing: boolean): void {
    connection?.tell({ kind: 'typing', interaction_id: interactionId, typing });
  }

  /** Calls `heard` with every frame applied, until the returned function is called. */
  function onFrame(heard: Heard): () => void {
    listeners.add(heard);
    return () => listeners.delete(heard);
  }

  /** Calls `heard` with every frame, numbered or not, before it is applied; until the returned function is called. */
  function onHeard(heard: Heard): () => void {
    hearers.add(heard);
    return () => hearers.delete(heard);
  }

  /** Tells the hub what this window looks at; nothing while the line is down. */
  function tell(command: Command): void {
    connection?.tell(command);
  }

  return {
    onHeard, tell,
    desk, openId, answering, awaited, asked, me, offers, waiting, mine,
    begin, end, accept, decline, wish, markRead, tellTyping, tellViewing, planned, onFrame, know,
  };
});

/** Whether a colleague asks `me` on the telephone: then there is no question in writing. */
export const isAskedByPhone = (consult: ConsultView, me: string | undefined): boolean => consult.colleague.id === me && !consult.question;

/** How a person without a name is called. */
export const nameOf = (name: string): string => name || text.t('common.unknown_person');

function openSocket(): Wire {
  const { protocol, host } = window.location;
  return new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws/agent`) as Wire;
}

function later(ms: number, call: () => void): () => void {
  const timer = window.setTimeout(call, ms);
  return () => window.clearTimeout(timer);
}
