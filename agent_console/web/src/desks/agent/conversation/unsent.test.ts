import { expect, it } from 'vitest';
import { added, arrived, changed, recalled, remember, removed, type Unsent } from '@/desks/agent/conversation/unsent';
import { AT } from '@/live/samples';

const unsent = (part: Partial<Unsent> = {}): Unsent => ({
  key: 'k1', interactionId: 'i1', kind: 'reply', channel: 'webchat', text: 'Good day', files: [], mentions: [], plan: null, letter: null, at: AT, problem: null, touchId: null, ...part,
});

it('sending again under the same key is one message', () => {
  expect(added([unsent({ problem: 'no network' })], unsent())).toEqual([unsent()]);
});

it('it goes when the history has what the hub called it, and not before', () => {
  const answered = changed([unsent(), unsent({ key: 'k2' })], 'k1', { touchId: 't7' });
  expect(arrived(answered, new Set(['t6']))).toHaveLength(2);
  expect(arrived(answered, new Set(['t7'])).map((item) => item.key)).toEqual(['k2']);
});

it('it can be thrown away', () => {
  expect(removed([unsent(), unsent({ key: 'k2' })], 'k1').map((item) => item.key)).toEqual(['k2']);
});

it('after a reload it is there again, with its key, and says that it may not have been sent', () => {
  const kept = new Map<string, string>();
  const shelf = { getItem: (n: string) => kept.get(n) ?? null, setItem: (n: string, v: string) => void kept.set(n, v), removeItem: (n: string) => void kept.delete(n) };
  remember(shelf, 'anna', [unsent()]);
  expect(recalled(shelf, 'anna', 'interrupted')).toEqual([unsent({ problem: 'interrupted', isUnanswered: false })]);
  expect(recalled(shelf, 'boris', 'interrupted')).toEqual([]);
  remember(shelf, 'anna', []);
  expect(kept.size).toBe(0);
});

it('what cannot be read is nothing', () => {
  expect(recalled({ getItem: () => '{' }, 'anna', 'interrupted')).toEqual([]);
});
