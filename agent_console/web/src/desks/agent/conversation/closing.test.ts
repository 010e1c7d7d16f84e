import { describe, expect, it } from 'vitest';
import { answersOf, looseEnds, missing, numberOf, offered } from '@/desks/agent/conversation/closing';
import type { TimelineEntry } from '@/generated/api';
import type { DispositionView, OutcomeField, TouchView } from '@/generated/views';

const outcome = (part: Partial<DispositionView> & { code: string }): DispositionView => ({
  name: part.code, note_required: false, names: {}, queues: [], parent: '', fields: [], retired: false, ...part,
});
const field = (code: string, part: Partial<OutcomeField> = {}): OutcomeField => ({ code, names: {}, kind: 'text', required: false, choices: [], ...part });

describe('what may be chosen', () => {
  it('is what the queue offers, each followed by those under it', () => {
    const all = [
      outcome({ code: 'solved' }),
      outcome({ code: 'sold', queues: ['sales'] }),
      outcome({ code: 'refund', parent: 'solved' }),
      outcome({ code: 'old', retired: true }),
      outcome({ code: 'spam' }),
    ];
    expect(offered(all, 'support').map((one) => one.code)).toEqual(['solved', 'refund', 'spam']);
    expect(offered(all, 'sales').map((one) => one.code)).toEqual(['solved', 'refund', 'sold', 'spam']);
  });

  it('stands alone when what it stood under is not offered here', () => {
    const all = [outcome({ code: 'a', queues: ['x'] }), outcome({ code: 'b', parent: 'a' })];
    expect(offered(all, 'y').map((one) => one.code)).toEqual(['b']);
  });
});

describe('the form of an outcome', () => {
  const fields = [field('amount', { kind: 'number', required: true }), field('why'), field('gift', { kind: 'yes_no', required: true })];

  it('says what is missing or no number', () => {
    expect(missing(fields, { gift: true })?.field.code).toBe('amount');
    expect(missing(fields, { amount: 'many', gift: true })).toMatchObject({ isWrong: true });
    expect(missing(fields, { amount: '3' })?.field.code).toBe('gift');
    expect(missing(fields, { amount: '3', gift: false })).toBeNull();
  });

  it('sends what was answered and nothing else', () => {
    expect(answersOf(fields, { amount: '1 200,50', why: '  ', gift: false, other: 'x' })).toEqual({ amount: 1200.5, gift: false });
  });

  it('reads a number as people write it', () => {
    expect([numberOf('12'), numberOf('1,5'), numberOf(''), numberOf('x')]).toEqual([12, 1.5, null, null]);
  });
});

describe('what is not done with yet', () => {
  const NOW = Date.parse('2026-03-02T09:01:00Z');
  const reply = (seq: number, part: Partial<TouchView>): TimelineEntry => {
    const touch = { id: `t${seq}`, interaction_id: 'i1', seq, at: '2026-03-02T09:00:59Z', channel: 'email', direction: 'outbound', text: `reply ${seq}`, author: 'Anna', delivery: 'sent', delivery_detail: '', ...part } as TouchView;
    return { touch, interaction_id: touch.interaction_id, seq, at: touch.at } as TimelineEntry;
  };
  const loose = (timeline: TimelineEntry[], part = {}) => looseEnds({ id: 'i1', timeline, isBegun: false, hasUnsent: false, ...part }, NOW);

  it('is what stands in the field and what did not get to the hub', () => {
    expect(loose([], { isBegun: true, hasUnsent: true })).toEqual(['draft', 'unsent']);
    expect(loose([reply(1, {}), reply(2, { delivery: 'delivered' })])).toEqual([]);
  });

  it('is a reply that waits for its server, and not one of a moment ago', () => {
    expect(loose([reply(1, { delivery: 'queued' }), reply(2, { delivery: 'sending' })])).toEqual([]);
    expect(loose([reply(1, { delivery: 'queued', delivery_detail: 'nobody listens' })])).toEqual(['waiting']);
    expect(loose([reply(1, { delivery: 'sending', at: '2026-03-02T09:00:50Z' })])).toEqual(['waiting']);
  });

  it('is a reply whose fate nobody knows or that did not arrive, until the same went out', () => {
    expect(loose([reply(1, { delivery: 'uncertain' }), reply(2, { delivery: 'failed' })])).toEqual(['uncertain', 'failed']);
    expect(loose([reply(1, { delivery: 'failed' }), reply(2, { text: 'reply 1' })])).toEqual([]);
    expect(loose([reply(1, { delivery: 'uncertain' }), reply(2, { text: 'reply 1' })])).toEqual([]);
  });

  it('is nothing of other conversations, of clients, or of what the hub says by itself', () => {
    expect(loose([reply(1, { delivery: 'failed', interaction_id: 'i2' }), reply(2, { delivery: 'failed', author: '' }), reply(3, { delivery: 'failed', direction: 'inbound' })])).toEqual([]);
  });
});
