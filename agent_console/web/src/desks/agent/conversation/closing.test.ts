import { describe, expect, it } from 'vitest';
import { answersOf, missing, numberOf, offered } from '@/desks/agent/conversation/closing';
import type { DispositionView, OutcomeField } from '@/generated/views';

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
