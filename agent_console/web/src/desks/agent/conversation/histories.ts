/** The histories of the persons looked at lately: loaded in pages, kept current by frames, written to by replies. */

import { defineStore } from 'pinia';
import { computed, reactive, shallowRef, watch } from 'vue';
import * as calls from '@/api/calls';
import * as talk from '@/api/talk';
import { Refusal } from '@/api/http';
import { isParted, merged, type Timeline, withDelivery, withTouch } from '@/desks/agent/conversation/timeline';
import { OnTheWay } from '@/desks/agent/conversation/on-the-way';
import * as waiting from '@/desks/agent/conversation/unsent';
import { useDesk } from '@/desks/agent/desk';
import type { Frame } from '@/generated/frames';
import type { ClientCard } from '@/generated/views';
import { text } from '@/i18n/text';
import { useSession } from '@/session/session';
import { wordsOf } from '@/shell/notices';
import { hubNow } from '@/time/now';

export interface History {
  readonly personId: string;
  timeline: Timeline;
  /** The cursor of the page before; null: the beginning is here. */
  earlier: string | null;
  state: 'loading' | 'ready' | 'failed';
  isLoadingEarlier: boolean;
  /** Why the last load failed, in words. */
  problem: string;
  /** Frames may have been missed since it was loaded. */
  isOld: boolean;
  /** Something of it may be another record's by now: what is here is replaced, not added to. */
  isParted: boolean;
  /** What the card said last. */
  card: ClientCard | null;
}

const PAGE = 60;
const KEPT = 12;

export const useHistories = defineStore('histories', () => {
  const session = useSession();
  const desk = useDesk();
  const histories = reactive(new Map<string, History>());
  const unsent = shallowRef<readonly waiting.Unsent[]>([]);
  /** Frames that came while a page was on its way: they are newer than the page. */
  const during = new Map<string, Frame[]>();
  const way = new OnTheWay();

  /** The person looked at now, whose history is loaded anew when frames may have been missed. */
  let shown: string | null = null;

  const owner = computed(() => session.user?.id ?? '');
  watch(owner, (id) => (unsent.value = id ? waiting.recalled(localStorage, id, text.t('errors.unreachable')) : []), { immediate: true });
  watch(unsent, (list) => owner.value && waiting.remember(localStorage, owner.value, list));

  desk.onFrame((frame) => {
    if (frame.kind === 'snapshot' || frame.kind === 'resync') {
      for (const history of histories.values()) history.isOld = true;
      if (shown !== null) void load(shown);
    }
    if (frame.kind === 'snapshot' || frame.kind === 'resync' || frame.kind === 'replayed') {
      // the hub is back: what it did not answer is sent again, under the same key
      for (const item of unsent.value) if (item.isUnanswered) void sendAgain(item);
      return;
    }
    if (frame.kind === 'client_left' || frame.kind === 'client_rated') {
      if (histories.has(frame.person_id)) void load(frame.person_id);
      return;
    }
    if (frame.kind !== 'touch_added' && frame.kind !== 'delivery_changed') return;
    for (const history of histories.values()) {
      during.get(history.personId)?.push(frame);
      history.timeline = followed(history, frame);
    }
    settle();
  });

  function followed(history: History, frame: Frame): Timeline {
    if (frame.kind === 'delivery_changed') return withDelivery(history.timeline, frame);
    if (frame.kind !== 'touch_added') return history.timeline;
    const id = frame.touch.interaction_id;
    const row = desk.mine.find((work) => work.interaction_id === id);
    const isHere = row ? row.person.id === history.personId : history.timeline.some((e) => e.interaction_id === id);
    return isHere ? withTouch(history.timeline, frame.touch, row?.queue.name ?? '') : history.timeline;
  }

  /** What the history has by now is no longer unsent. */
  function settle(): void {
    if (!unsent.value.some((item) => item.touchId !== null)) return;
    const ids = new Set<string>();
    for (const { timeline } of histories.values()) for (const { touch } of timeline) if (touch) ids.add(touch.id);
    unsent.value = waiting.arrived(unsent.value, ids);
  }

  /** The history of a person, loaded if it is not here or may be old: nobody tells of what is not one's own yet, as the call that one takes. */
  function open(personId: string, interactionId: string | null = null): History {
    shown = personId;
    const known = histories.get(personId);
    if (known) {
      histories.delete(personId);
      histories.set(personId, known);
      const lacks = interactionId !== null && known.state === 'ready' && !known.timeline.some((entry) => entry.interaction_id === interactionId);
      if (known.isOld || known.state === 'failed' || lacks) void load(personId);
      return known;
    }
    const history = reactive<History>({
      personId, timeline: [], earlier: null, state: 'loading', isLoadingEarlier: false, problem: '', isOld: false, isParted: false, card: null,
    });
    histories.set(personId, history);
    for (const old of [...histories.keys()].slice(0, -KEPT)) histories.delete(old);
    void load(personId);
    return history;
  }

  async function load(personId: string): Promise<void> {
    const history = histories.get(personId);
    if (!history) return;
    if (history.state === 'failed') history.state = 'loading';
    history.isOld = false;
    const frames: Frame[] = [];
    during.set(personId, frames);
    try {
      const page = await calls.timeline(personId, null, PAGE);
      // one asked for later is on its way: what this one has may be another record's by now
      if (during.get(personId) !== frames) return;
      const isJoined = page.items.some((e) => history.timeline.some((k) => k.interaction_id === e.interaction_id && k.seq === e.seq));
      // a page that does not reach what was known would leave a hole between them: begin anew
      const isNew = history.isParted || history.timeline.length === 0 || (!isJoined && page.next !== null);
      history.timeline = merged(isNew ? [] : history.timeline, page.items);
      if (isNew) history.earlier = page.next;
      history.isParted = false;
      for (const frame of frames) history.timeline = followed(history, frame);
      history.state = 'ready';
      settle();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      history.isOld = true;
      history.problem = wordsOf(error);
      if (history.timeline.length === 0) history.state = 'failed';
    } finally {
      if (during.get(personId) === frames) during.delete(personId);
    }
  }

  /** The card says what the record is by now: a history that other records have a part of is read anew. */
  function agree(card: ClientCard): void {
    const history = histories.get(card.person_id);
    if (!history) return;
    const before = history.card;
    history.card = card;
    if (!before || !isParted(before, card)) return;
    history.isParted = true;
    void load(card.person_id);
  }

  async function loadEarlier(history: History): Promise<void> {
    if (history.earlier === null || history.isLoadingEarlier) return;
    history.isLoadingEarlier = true;
    history.problem = '';
    const from = history.earlier;
    try {
      const page = await calls.timeline(history.personId, from, PAGE);
      if (history.isParted || history.earlier !== from) return;
      history.timeline = merged(page.items, history.timeline);
      history.earlier = page.next;
    } catch (error) {
      history.problem = wordsOf(error);
    } finally {
      history.isLoadingEarlier = false;
    }
  }

  /** Sends a reply or a note. It is on the screen as being sent until the hub has it. */
  async function send(interactionId: string, written: waiting.Written): Promise<void> {
    const at = new Date(hubNow()).toISOString();
    await deliver({ ...written, key: newKey(), interactionId, at, problem: null, touchId: null });
  }

  /** The same again, under the same key. */
  const sendAgain = (item: waiting.Unsent): Promise<void> => deliver({ ...item, problem: null, isUnanswered: false });

  async function deliver(item: waiting.Unsent): Promise<void> {
    const sending = delivery(item);
    way.follow(item.interactionId, sending);
    await sending;
  }

  /** Why it did not arrive, in words, or nothing. */
  async function delivery(item: waiting.Unsent): Promise<string> {
    unsent.value = waiting.added(unsent.value, item);
    const { key, interactionId, kind, channel, files: attachments, letter } = item;
    // of formatted words the hub makes the plain ones
    const words = letter?.html ? '' : item.text;
    try {
      if (item.plan) {
        const { holdS: hold_s, sendAt: send_at, unlessClientWrites: unless_client_writes } = item.plan;
        const body = { channel, text: words, attachments, hold_s, send_at, unless_client_writes, letter };
        const plan = await talk.plan(interactionId, body, key);
        if (plan) desk.planned(plan);
        discard(key);
        return '';
      }
      const touch = await (kind === 'note'
        ? calls.note(interactionId, { text: item.text, attachments, mentions: item.mentions }, key)
        : calls.reply(interactionId, { channel, text: words, attachments, letter }, key));
      if (!touch) {
        discard(key);
        return '';
      }
      unsent.value = waiting.changed(unsent.value, key, { touchId: touch.id });
      const row = desk.mine.find((work) => work.interaction_id === interactionId);
      for (const history of histories.values()) {
        const isHere = history.timeline.some((e) => e.interaction_id === interactionId) || row?.person.id === history.personId;
        if (isHere) history.timeline = withTouch(history.timeline, touch, row?.queue.name ?? '');
      }
      settle();
      return '';
    } catch (error) {
      const isUnanswered = error instanceof Refusal && error.code === 'unreachable';
      const problem = wordsOf(error);
      unsent.value = waiting.changed(unsent.value, key, { problem, isUnanswered });
      return problem;
    }
  }

  /** Waits until nothing of this conversation is on its way; says in words why something did not arrive. */
  const delivered = (interactionId: string): Promise<string> => way.arrived(interactionId);

  function discard(key: string): void {
    unsent.value = waiting.removed(unsent.value, key);
  }

  function forget(): void {
    histories.clear();
    during.clear();
    shown = null;
  }

  return { histories, unsent, open, load, agree, loadEarlier, send, sendAgain, delivered, discard, forget };
});

const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
