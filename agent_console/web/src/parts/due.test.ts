import { describe, expect, it } from 'vitest';
import type { ClocksNow } from '@/generated/views';
import { dueOf } from '@/parts/due';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const clocks = (some: Partial<ClocksNow>): ClocksNow => ({
  response: null,
  response_due_at: null,
  resolution_due_at: null,
  warned_at: null,
  returns_at: null,
  ...some,
});

describe('what is due', () => {
  it('is nothing without clocks', () => {
    expect(dueOf(null, NOW)).toEqual([]);
    expect(dueOf(clocks({}), NOW)).toEqual([]);
  });

  it('names the answer before the closing, with the time that is left', () => {
    const due = dueOf(clocks({ response: 'first_response', response_due_at: at(3600), resolution_due_at: at(7200) }), NOW);
    expect(due.map((one) => [one.kind, one.seconds, one.tone, one.isLate])).toEqual([
      ['first_response', 3600, '', false],
      ['resolution', 7200, '', false],
    ]);
  });

  it('presses shortly before, and is late from the moment after', () => {
    const tones = [901, 900, 0, -1].map((left) => dueOf(clocks({ response: 'next_response', response_due_at: at(left) }), NOW)[0]);
    expect(tones.map((one) => [one?.tone, one?.isLate])).toEqual([['', false], ['warn', false], ['warn', false], ['bad', true]]);
    expect(tones[3]?.seconds).toBe(1);
  });

  it('speaks of the return to the line once its agent was warned, and first', () => {
    const timer = { returns_at: at(90), response: 'first_response', response_due_at: at(600) } as const;
    expect(dueOf(clocks(timer), NOW).map((one) => one.kind)).toEqual(['first_response']);
    const warned = dueOf(clocks({ ...timer, warned_at: at(-30) }), NOW);
    expect(warned.map((one) => [one.kind, one.seconds])).toEqual([['returns', 90], ['first_response', 600]]);
  });

  it('counts a return that is over as now, not as late', () => {
    expect(dueOf(clocks({ returns_at: at(-2), warned_at: at(-60) }), NOW)[0]).toMatchObject({ seconds: 0, isLate: false, tone: 'bad' });
  });
});
