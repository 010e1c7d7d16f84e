import { expect, it } from 'vitest';
import { hasChangedCard, takenBack } from '@/desks/agent/knowledge/taking-back';

const STEPS = [
  { kind: 'tag', value: 'VIP, #Kettle' },
  { kind: 'tier', value: 'gold' },
  { kind: 'language', value: 'tr' },
  { kind: 'transfer', value: 'q1' },
] as const;
const done = (was: string | null) => ({ code: '', was });
const card = { version: 9, tags: ['vip', 'Kettle', 'slow'], tier: 'gold', language: 'tr' } as const;

it('what the steps set is taken back, and tags that were there before stay', () => {
  const results = [done('vip'), done('standard'), done('ru'), { code: 'no_queue', was: null }];
  expect(hasChangedCard(results)).toBe(true);
  expect(takenBack(card, STEPS, results)).toEqual({ version: 9, tags: ['vip', 'slow'], tier: 'standard', language: 'ru' });
});

it('what somebody set meanwhile stays', () => {
  expect(takenBack({ ...card, tier: 'silver' }, STEPS, [done(null), done('standard')])).toBeNull();
});

it('a step that failed, or found it so already, changed nothing', () => {
  expect(hasChangedCard([done(null), { code: 'forbidden', was: null }])).toBe(false);
  expect(takenBack(card, STEPS, [done(null), { code: 'forbidden', was: null }])).toBeNull();
});
