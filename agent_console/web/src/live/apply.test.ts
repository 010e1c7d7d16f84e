import { describe, expect, it } from 'vitest';
import type { Frame } from '@/generated/frames';
import type { DeskView } from '@/generated/views';
import { apply, type Desk, LINE_CHARACTERS, quiet, read } from '@/live/apply';
import { after, AT, call, card, deskView, me, offer, touch, work } from '@/live/samples';

const snapshot = (desk: DeskView, seq = 1): Frame => ({ kind: 'snapshot', seq, stream: 's', desk });

/** The desk that `frames` make of a snapshot of `view`. */
function played(view: DeskView, ...frames: Frame[]): Desk {
  const desk = [snapshot(view), ...frames].reduce<Desk | null>(apply, null);
  if (desk === null) throw new Error('a snapshot makes a desk');
  return desk;
}

/** What a snapshot would carry. */
function shown(desk: Desk): DeskView {
  const { typing: _typing, colleagues: _colleagues, viewers: _viewers, cards: _cards, ...view } = desk;
  return view;
}

describe('an older snapshot and the frames since give the newer snapshot', () => {
  it('when the own state changes', () => {
    const paused = me({ state: 'paused', wish: 'paused', pause_reason: 'lunch', version: 2 });
    const desk = played(deskView(), { kind: 'me_changed', seq: 2, me: paused });
    expect(shown(desk)).toEqual(deskView({ me: paused }));
  });

  it('when work is offered', () => {
    const desk = played(deskView(), { kind: 'reservation_offered', seq: 2, ...offer() });
    expect(shown(desk)).toEqual(deskView({ offers: [offer()] }));
  });

  it('when an offer is accepted', () => {
    const desk = played(
      deskView({ offers: [offer()] }),
      { kind: 'reservation_ended', seq: 2, reservation_id: 'r1', work_item_id: 'w1', state: 'accepted', reason: '', taken_by: '' },
      { kind: 'work_changed', seq: 3, work: work() },
    );
    expect(shown(desk)).toEqual(deskView({ work: [work()] }));
  });

  it('when an offer ends otherwise', () => {
    const desk = played(deskView({ offers: [offer(), offer({ reservation_id: 'r2' })] }), {
      kind: 'reservation_ended', seq: 2, reservation_id: 'r1', work_item_id: 'w1', state: 'expired', reason: 'no_answer', taken_by: 'Boris',
    });
    expect(shown(desk)).toEqual(deskView({ offers: [offer({ reservation_id: 'r2' })] }));
  });

  it('when the client writes', () => {
    const desk = played(
      deskView({ work: [work()] }),
      { kind: 'touch_added', seq: 2, touch: touch({ seq: 4, at: after(5), text: 'Hello' }) },
      { kind: 'touch_added', seq: 3, touch: touch({ seq: 5, at: after(9), text: 'Anybody?' }) },
    );
    const last_touch = { seq: 5, direction: 'inbound', at: after(9), text: 'Anybody?', files: [], author: '', delivery: 'received' } as const;
    expect(shown(desk)).toEqual(deskView({ work: [work({ last_touch, unanswered_since: after(5), unread: 2 })] }));
  });

  it('when the agent answers', () => {
    const asked = { seq: 4, direction: 'inbound', at: AT, text: 'Hello', files: [], author: '', delivery: 'received' } as const;
    const desk = played(deskView({ work: [work({ last_touch: asked, unanswered_since: AT, unread: 1 })] }), {
      kind: 'touch_added', seq: 2, touch: touch({ seq: 5, at: after(2), direction: 'outbound', author: 'Anna', text: 'Good day', delivery: 'queued' }),
    });
    const last_touch = { seq: 5, direction: 'outbound', at: after(2), text: 'Good day', files: [], author: 'Anna', delivery: 'queued' } as const;
    expect(shown(desk)).toEqual(deskView({ work: [work({ last_touch, unanswered_since: null, unread: 1 })] }));
  });

  it('when the hub acknowledges by itself: the client still waits for an answer', () => {
    const asked = { seq: 4, direction: 'inbound', at: AT, text: 'Hello', files: [], author: '', delivery: 'received' } as const;
    const desk = played(deskView({ work: [work({ last_touch: asked, unanswered_since: AT, unread: 1 })] }), {
      kind: 'touch_added', seq: 2, touch: touch({ seq: 5, at: after(2), direction: 'outbound', author: '', text: 'We have your letter', delivery: 'queued' }),
    });
    const last_touch = { seq: 5, direction: 'outbound', at: after(2), text: 'We have your letter', files: [], author: '', delivery: 'queued' } as const;
    expect(shown(desk)).toEqual(deskView({ work: [work({ last_touch, unanswered_since: AT, unread: 1 })] }));
  });

  it('the row says of its newest reply how far it came, and of no other', () => {
    const last_touch = { seq: 5, direction: 'outbound', at: AT, text: 'Good day', files: [], author: 'Anna', delivery: 'sending' } as const;
    const frame = { kind: 'delivery_changed', interaction_id: 'i1', touch_id: 't5', delivery: 'failed', detail: 'gone' } as const;
    const before = deskView({ work: [work({ last_touch })] });
    expect(shown(played(before, { ...frame, seq: 2, touch_seq: 5 }))).toEqual(deskView({ work: [work({ last_touch: { ...last_touch, delivery: 'failed' } })] }));
    expect(shown(played(before, { ...frame, seq: 2, touch_seq: 4 }))).toEqual(before);
    expect(shown(played(before, { ...frame, seq: 2, touch_seq: 5, interaction_id: 'i2' }))).toEqual(before);
  });
  it('when a note is written: the client neither wrote nor was answered', () => {
    const desk = played(deskView({ work: [work()] }), {
      kind: 'touch_added', seq: 2, touch: touch({ seq: 4, direction: 'internal', kind: 'note' }),
    });
    expect(shown(desk)).toEqual(deskView({ work: [work()] }));
  });

  it('when work is wrapped up, and leaves', () => {
    const wrapping = work({ state: 'wrap_up', ends_at: after(30), version: 4 });
    const desk = played(deskView({ work: [work()] }), { kind: 'work_changed', seq: 2, work: wrapping });
    expect(shown(desk)).toEqual(deskView({ work: [wrapping] }));
    expect(apply(desk, { kind: 'work_removed', seq: 3, work_item_id: 'w1', reason: 'done' })?.work).toEqual([]);
  });

  it('when the lines change', () => {
    const queues = [{ id: 'q1', name: 'support', waiting: 1, oldest_at: AT, ewt_s: null, staffed: 1, available: 0 }];
    const waiting = [{ work_item_id: 'w9', person: 'Olga', queue: 'support', channel: 'webchat', language: 'ru', first_queued_at: AT, place: 1, clocks: null }];
    const desk = played(deskView(), { kind: 'queues_changed', seq: 2, queues, waiting });
    expect(shown(desk)).toEqual(deskView({ queues, waiting }));
  });

  it('when the client goes to another page: the visit of the card and of the offer, and nothing else', () => {
    const about = { page: 'https://shop.example/tea', title: 'Tea' };
    const frame = { kind: 'client_moved', seq: 2, interaction_id: 'i1', person_id: 'ivan', about } as const;
    const desk = played(deskView({ offers: [offer()], work: [work()] }), frame);
    expect(desk.cards['ivan']).toEqual(card({ about }));
    expect(shown(desk)).toEqual(deskView({ offers: [offer({ card: card({ about }) })], work: [work()] }));
    expect(played(deskView(), { ...frame, person_id: 'olga' }).cards).toEqual({});
  });

  it('when the client says a name: the card, the offer and the row have it', () => {
    const named = card({ name: 'Ivan P.' });
    const desk = played(deskView({ offers: [offer()], work: [work()] }), { kind: 'card_changed', seq: 2, card: named });
    expect(shown(desk)).toEqual(
      deskView({ offers: [offer({ card: named })], work: [work({ person: { id: 'ivan', name: 'Ivan P.' } })] }),
    );
    expect(desk.cards['ivan']).toEqual(named);
  });

  it('when an administrator changes what may be chosen', () => {
    const dispositions = [{ code: 'sold', name: 'Sold', note_required: false, names: { ru: 'Продано' }, queues: [], parent: '', fields: [], retired: false }];
    const pauses = [{ code: 'lunch', names: {}, paid: false, retired: false }];
    const desk = played(deskView(), { kind: 'house_changed', seq: 2, dispositions, pause_reasons: ['lunch'], pauses });
    expect(shown(desk)).toEqual(deskView({ dispositions, pause_reasons: ['lunch'], pauses }));
  });

  it('when everything is sent anew', () => {
    const newer = deskView({ me: me({ load: 20 }), work: [work()] });
    expect(shown(played(deskView({ offers: [offer()] }), { kind: 'resync', seq: 9, stream: 't', desk: newer }))).toEqual(newer);
  });

  it('when nothing happened', () => {
    const desk = played(deskView({ work: [work()] }), { kind: 'tick', seq: 1, server_time: after(5) }, { kind: 'replayed', seq: 1, stream: 's' });
    expect(shown(desk)).toEqual(deskView({ work: [work()] }));
  });
});

describe('rows of the Work list', () => {
  it('keep their place when they change', () => {
    const three = [1, 2, 3].map((n) => work({ work_item_id: `w${n}`, interaction_id: `i${n}` }));
    const changed = work({ work_item_id: 'w2', interaction_id: 'i2', version: 9 });
    const desk = played(deskView({ work: three }), { kind: 'work_changed', seq: 2, work: changed });
    expect(desk.work.map((w) => w.work_item_id)).toEqual(['w1', 'w2', 'w3']);
    expect(desk.work[1]?.version).toBe(9);
  });

  it('are not replaced by an older version', () => {
    const desk = played(deskView({ work: [work({ version: 7 })] }), { kind: 'work_changed', seq: 2, work: work({ version: 6 }) });
    expect(desk.work[0]?.version).toBe(7);
  });

  it('count a message once, although the row that already holds it came first', () => {
    const last_touch = { seq: 4, direction: 'inbound', at: AT, text: 'Hello', files: [], author: '', delivery: 'received' } as const;
    const desk = played(
      deskView(),
      { kind: 'work_changed', seq: 2, work: work({ last_touch, unread: 1, unanswered_since: AT }) },
      { kind: 'touch_added', seq: 3, touch: touch({ seq: 4, text: 'Hello' }) },
    );
    expect(desk.work[0]?.unread).toBe(1);
  });

  it('cut a message by characters, not by halves of them', () => {
    const desk = played(deskView({ work: [work()] }), { kind: 'touch_added', seq: 2, touch: touch({ seq: 4, text: '𝄞'.repeat(200) }) });
    expect(desk.work[0]?.last_touch?.text).toBe('𝄞'.repeat(LINE_CHARACTERS));
  });

  it('have nothing unread once everything was read, and keep what came after', () => {
    const last_touch = { seq: 5, direction: 'inbound', at: AT, text: 'Hello', files: [], author: '', delivery: 'received' } as const;
    const desk = played(deskView({ work: [work({ last_touch, unread: 2 })] }));
    expect(read(desk, 'i1', 5).work[0]?.unread).toBe(0);
    expect(read(desk, 'i1', 4).work[0]?.unread).toBe(2);
    expect(read(desk, 'other', 5).work[0]?.unread).toBe(2);
  });
});

describe('typing', () => {
  const types: Frame = { kind: 'typing', seq: 2, interaction_id: 'i1', by_client: true, name: '', typing: true };

  it('ends when the client stops', () => {
    const desk = played(deskView({ work: [work()] }), types);
    expect(desk.typing['i1']).toEqual({ byClient: true, name: '' });
    expect(apply(desk, { ...types, seq: 3, typing: false })?.typing).toEqual({});
  });

  it('ends when the message comes', () => {
    const desk = played(deskView({ work: [work()] }), types, { kind: 'touch_added', seq: 3, touch: touch({ seq: 4 }) });
    expect(desk.typing).toEqual({});
  });

  it('ends when the conversation is closed, and when it was not heard of for long', () => {
    const desk = played(deskView({ work: [work()] }), types);
    expect(apply(desk, { kind: 'work_changed', seq: 3, work: work({ state: 'wrap_up', version: 4 }) })?.typing).toEqual({});
    expect(quiet(desk, 'i1').typing).toEqual({});
  });

  it('ends when the work leaves', () => {
    const desk = played(deskView({ work: [work()] }), types, { kind: 'work_removed', seq: 3, work_item_id: 'w1', reason: 'done' });
    expect(desk.typing).toEqual({});
  });
});

it('without a desk, nothing but a snapshot is applied', () => {
  expect(apply(null, { kind: 'work_changed', seq: 2, work: work() })).toBeNull();
});

describe('calls', () => {
  const heard = (...calls: ReturnType<typeof call>[]): Frame[] => calls.map((one, n) => ({ kind: 'call_changed', seq: 2 + n, call: one }));

  it('are on the desk of whose phone rings, and follow what happens', () => {
    const desk = played(deskView(), ...heard(call({ stage: 'ringing' }), call({ version: 2 }), call({ held_since: AT, version: 3 })));
    expect(shown(desk).calls).toEqual([call({ held_since: AT, version: 3 })]);
  });

  it('leave it when they end, or are somebody else’s', () => {
    const ended = call({ stage: 'ended', end: 'client_hung_up', ended_at: AT, version: 2 });
    const elsewhere = call({ agent: { id: 'boris', name: 'Boris' }, version: 2 });
    const waiting = call({ agent: null, stage: 'waiting', version: 2 });
    for (const gone of [ended, elsewhere, waiting]) expect(played(deskView({ calls: [call()] }), ...heard(gone)).calls).toEqual([]);
  });

  it('are not set back by older news', () => {
    const desk = played(deskView({ calls: [call({ version: 4 })] }), ...heard(call({ stage: 'ringing', version: 3 })));
    expect(desk.calls).toEqual([call({ version: 4 })]);
  });

  it('are none at a hub that is a release older', () => {
    const { calls: _none, ...older } = deskView();
    expect(played(older as DeskView).calls).toEqual([]);
  });
});
