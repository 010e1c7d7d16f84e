/** The practice hub's state: one agent's desk, numbered frames, and the things one can make happen. */

import type { PhoneView, TimelineEntry } from '../src/generated/api.ts';
import type { Frame } from '../src/generated/frames.ts';
import type { CallView, DeskView, MeView, OfferView, WorkView } from '../src/generated/views.ts';
import { ago, card, CLIENTS, fact, history, id, me, QUEUES, said, TEXTS, touch, why } from './people.ts';

type Unnumbered = Frame extends infer F ? (F extends Frame ? Omit<F, 'seq'> : never) : never;
type Reader = (frame: string) => void;

const OFFER_S = 20;
const WRAP_S = 30;

/** An outcome that asks for nothing. */
const PLAIN = { names: {}, queues: [], parent: '', fields: [], retired: false } as const;

export class World {
  login: string | null = null;
  needsSetUp = false;
  failures = 0;
  readonly stream = 'practice';
  seq = 1;
  kept: { seq: number; text: string }[] = [];
  readonly readers = new Set<Reader>();
  me: MeView = me('anna');
  offers: OfferView[] = [];
  work: WorkView[] = [];
  histories = new Map<string, TimelineEntry[]>();
  calls: readonly CallView[] = [];
  phone: PhoneView = { kind: 'browser', uri: '', account: '', auto_answer: false, ready: true, telephony: true, refused: '' };
  isStuck = false;

  reset(): void {
    this.me = me(this.login ?? 'anna');
    this.offers = [];
    this.work = [];
    this.calls = [];
    this.phone = { ...this.phone, kind: 'browser', uri: '' };
    this.kept = [];
    this.isStuck = false;
    this.histories = new Map(CLIENTS.map((client) => [id(100 + client.n), history(client, id(200 + client.n))]));
  }

  desk(): DeskView {
    return {
      me: this.me,
      queues: this.queues(),
      offers: this.offers,
      work: this.work,
      waiting: this.waiting(),
      dispositions: [
        { code: 'solved', name: 'Solved', note_required: false, ...PLAIN },
        { code: 'forwarded', name: 'Forwarded', note_required: true, ...PLAIN },
        { code: 'callback', name: 'Call back promised', note_required: true, ...PLAIN },
        { code: 'no_answer', name: 'No answer from the client', note_required: false, ...PLAIN },
        { code: 'spam', name: 'Spam', note_required: false, ...PLAIN },
      ],
      pause_reasons: ['break', 'lunch', 'meeting', 'training', 'technical'],
      planned: [],
      mentions: [],
      snoozed: [],
      pauses: ['break', 'lunch', 'meeting', 'training', 'technical'].map((code) => ({ code, names: {}, paid: code !== 'lunch', retired: false })),
      notices: [],
      consults: [],
      tasks: [],
      calls: this.calls,
      server_time: new Date().toISOString(),
    };
  }

  queues(): DeskView['queues'] {
    return QUEUES.map((queue, n) => ({ ...queue, waiting: n ? 3 : 9, oldest_at: ago(n ? 108 : 42), ewt_s: 40, staffed: 7 - n, available: 2 - n }));
  }

  waiting(): DeskView['waiting'] {
    return Array.from({ length: 12 }, (_, n) => {
      const client = CLIENTS[(n + 2) % CLIENTS.length];
      return {
        work_item_id: id(800 + n), person: n === 3 ? '' : (client?.name ?? ''), queue: QUEUES[n % 4 ? 0 : 1].name, channel: 'webchat',
        language: client?.language ?? '', first_queued_at: ago(108 - n * 8), place: n + 1, clocks: null,
      };
    });
  }

  /** Numbers a frame, keeps it, and tells every window. */
  tell(frame: Unnumbered): void {
    this.seq += 1;
    const text = JSON.stringify({ ...frame, seq: this.seq });
    this.kept.push({ seq: this.seq, text });
    if (!this.isStuck) for (const reader of this.readers) reader(text);
  }

  tick(): string {
    return JSON.stringify({ kind: 'tick', seq: this.seq, server_time: new Date().toISOString() });
  }

  hello(lastSeq: number | null, stream: string): string[] {
    const missed = lastSeq === null ? null : this.kept.filter((k) => k.seq > lastSeq);
    const isWhole = missed !== null && stream === this.stream && lastSeq !== null && missed.length === this.seq - lastSeq;
    if (isWhole) return [...missed.map((k) => k.text), JSON.stringify({ kind: 'replayed', seq: this.seq, stream })];
    const kind = lastSeq === null ? 'snapshot' : 'resync';
    return [JSON.stringify({ kind, seq: this.seq, stream: this.stream, desk: this.desk() })];
  }

  become(state: MeView['state'], part: Partial<MeView> = {}): void {
    this.me = { ...this.me, state, since: new Date().toISOString(), version: this.me.version + 1, ...part };
    this.tell({ kind: 'me_changed', me: this.me });
  }

  wish(state: string, reason: string): void {
    const isBusy = this.work.length > 0;
    this.become(isBusy ? 'engaged' : (state as MeView['state']), { wish: state, pause_reason: reason });
  }

  /** Offers the work of client `n`. */
  offer(n: number, seconds = OFFER_S, channel = 'webchat'): void {
    const client = CLIENTS[n - 1];
    if (!client) return;
    const offer: OfferView = {
      reservation_id: id(600 + n),
      work_item: { id: id(700 + n), interaction_id: id(200 + n), queue: QUEUES[client.queue]?.name ?? '', channel, language: client.language, waited_s: 12, call_back: '' },
      offered_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + seconds * 1000).toISOString(),
      card: card(client),
      why: why(),
      latency_ms: 3.4,
    };
    this.offers.push(offer);
    this.tell({ kind: 'reservation_offered', ...offer });
    this.become(this.work.length ? 'engaged' : 'reserved');
    setTimeout(() => this.end(offer.reservation_id, 'expired', 'no_answer'), seconds * 1000).unref();
  }

  end(reservation: string, state: 'accepted' | 'declined' | 'expired', reason: string): OfferView | null {
    const offer = this.offers.find((o) => o.reservation_id === reservation);
    if (!offer) return null;
    this.offers = this.offers.filter((o) => o !== offer);
    this.tell({ kind: 'reservation_ended', reservation_id: reservation, work_item_id: offer.work_item.id, state, reason, taken_by: '' });
    this.become(this.work.length || state === 'accepted' ? 'engaged' : 'available');
    return offer;
  }

  accept(reservation: string): boolean {
    const offer = this.end(reservation, 'accepted', '');
    if (!offer) return false;
    const entries = this.histories.get(offer.card.person_id) ?? [];
    const last = entries.findLast((e) => e.touch?.direction === 'inbound')?.touch;
    const mine = offer.work_item.interaction_id;
    const first = entries.find((e) => e.interaction_id === mine && e.touch?.direction === 'inbound')?.touch;
    const row: WorkView = {
      work_item_id: offer.work_item.id, interaction_id: mine,
      person: { id: offer.card.person_id, name: offer.card.name },
      queue: QUEUES.find((q) => q.name === offer.work_item.queue) ?? QUEUES[0],
      channel: offer.work_item.channel, language: offer.work_item.language, state: 'assigned', state_at: new Date().toISOString(),
      first_queued_at: offer.offered_at, ends_at: null,
      last_touch: last ? { seq: last.seq, direction: 'inbound', at: last.at, text: last.text, files: [], author: '', delivery: last.delivery } : null,
      unanswered_since: first?.at ?? null, unread: entries.filter((e) => e.interaction_id === mine && e.touch).length, clocks: null, version: 3,
    };
    entries.push(fact(mine, this.nextSeq(mine), 'work_assigned', new Date().toISOString(), 'accepted', this.me.name));
    this.work.push(row);
    this.tell({ kind: 'work_changed', work: row });
    return true;
  }

  nextSeq(interaction: string): number {
    const all = [...this.histories.values()].flat().filter((e) => e.interaction_id === interaction);
    return Math.max(0, ...all.map((e) => e.seq)) + 1;
  }

  /** Stores a touch and tells it; a reply then comes further by itself. */
  add(interaction: string, part: Parameters<typeof touch>[2]): ReturnType<typeof touch> {
    const shown = touch(interaction, this.nextSeq(interaction), part);
    const row = this.work.find((w) => w.interaction_id === interaction);
    this.histories.get(row?.person.id ?? '')?.push(said(shown, row?.queue.name ?? ''));
    if (row && shown.direction !== 'internal') {
      const isIn = shown.direction === 'inbound';
      const changed = { ...row, last_touch: { seq: shown.seq, direction: shown.direction, at: shown.at, text: shown.text, files: shown.attachments.map((file) => file.name), author: shown.author, delivery: shown.delivery }, unanswered_since: isIn ? (row.unanswered_since ?? shown.at) : null, unread: row.unread + (isIn ? 1 : 0) };
      this.work = this.work.map((w) => (w === row ? changed : w));
    }
    this.tell({ kind: 'touch_added', touch: shown });
    return shown;
  }

  reply(interaction: string, text: string): ReturnType<typeof touch> {
    const shown = this.add(interaction, { direction: 'outbound', author: this.me.name, text, delivery: 'queued' });
    const end = /fail/.test(text) ? 'failed' : /perhaps/.test(text) ? 'uncertain' : 'delivered';
    (['sending', 'sent', end] as const).forEach((delivery, n) =>
      setTimeout(() => this.deliver(shown.interaction_id, shown.id, shown.seq, delivery), 150 * (n + 1)).unref(),
    );
    return shown;
  }

  deliver(interaction: string, touchId: string, seq: number, delivery: ReturnType<typeof touch>['delivery']): void {
    for (const [person, entries] of this.histories) {
      this.histories.set(person, entries.map((e) => (e.touch?.id === touchId ? { ...e, touch: { ...e.touch, delivery } } : e)));
    }
    this.tell({ kind: 'delivery_changed', interaction_id: interaction, touch_id: touchId, touch_seq: seq, delivery, detail: delivery === 'failed' ? 'the chat was closed' : '' });
  }

  close(interaction: string): void {
    this.work = this.work.map((w) =>
      w.interaction_id === interaction ? { ...w, state: 'wrap_up', state_at: new Date().toISOString(), ends_at: new Date(Date.now() + WRAP_S * 1000).toISOString(), version: w.version + 1 } : w,
    );
    const row = this.work.find((w) => w.interaction_id === interaction);
    if (!row) return;
    this.tell({ kind: 'work_changed', work: row });
    setTimeout(() => this.remove(row.work_item_id, 'time_up'), WRAP_S * 1000).unref();
  }

  remove(workItem: string, reason: string): void {
    if (!this.work.some((w) => w.work_item_id === workItem)) return;
    this.work = this.work.filter((w) => w.work_item_id !== workItem);
    this.tell({ kind: 'work_removed', work_item_id: workItem, reason });
    if (!this.work.length) this.become('available');
  }

  /** The call with client `n`, as it is now. */
  call(n: number, part: Partial<CallView>): void {
    const client = CLIENTS[n - 1];
    const known = this.calls.find((one) => one.id === id(300 + n));
    const call: CallView = {
      id: id(300 + n), interaction_id: id(200 + n), person: { id: id(100 + n), name: client?.name ?? '' }, queue: QUEUES[client?.queue ?? 0] ?? QUEUES[0], direction: 'inbound',
      number: '+905321234567', dialled: '+902120000000', stage: 'talking', started_at: ago(95), answered_at: ago(72), held_since: null, ended_at: null, end: null,
      recording: 'off', third: '', third_stage: null, agent: { id: this.me.id, name: this.me.name }, work_item_id: id(700 + n), ...known, ...part, version: (known?.version ?? 0) + 1,
    };
    this.calls = [...this.calls.filter((one) => one.id !== call.id), ...(call.stage === 'ended' ? [] : [call])];
    this.tell({ kind: 'call_changed', call });
  }

  /** What is done with a call at the console. */
  does(ref: string, verb: string, body: Readonly<Record<string, unknown>>): CallView | undefined {
    const n = Number(ref.slice(-4)) - 300;
    const now = new Date().toISOString();
    if (verb === 'hold') this.call(n, { held_since: now });
    if (verb === 'resume' || verb === 'take-back') this.call(n, { held_since: null, third: '', third_stage: null });
    if (verb === 'recording') this.call(n, { recording: body['state'] as CallView['recording'] });
    if (verb === 'consult') {
      this.call(n, { held_since: now, third: 'Boris', third_stage: 'ringing' });
      setTimeout(() => this.call(n, { third_stage: 'talking' }), 1500).unref();
    }
    if (verb === 'hangup' || verb === 'give' || verb === 'join') this.call(n, { stage: 'ended', ended_at: now, end: verb === 'hangup' ? 'agent_hung_up' : 'transferred' });
    return this.calls.find((one) => one.id === ref);
  }

  /** A desk in the middle of the day: three conversations, one of them answered. */
  busyDay(): void {
    for (const n of [1, 2, 3]) {
      this.offer(n);
      this.accept(id(600 + n));
    }
    this.add(id(201), { direction: 'outbound', author: 'Anna', text: TEXTS.greeting, delivery: 'delivered' });
    this.add(id(201), { direction: 'internal', kind: 'note', author: 'Anna', text: TEXTS.note });
    this.add(id(201), { text: 'Спасибо. Адрес: Тверская 7, кв. 12' });
    this.add(id(202), { direction: 'outbound', author: 'Anna', text: 'Thank you, Olga. Let me look at the invoice.', delivery: 'delivered' });
    this.add(id(201), { direction: 'outbound', author: 'Anna', text: TEXTS.promise, delivery: 'sent' });
    this.add(id(203), { text: 'Bir de renk seçenekleri neler?' });
  }
}
