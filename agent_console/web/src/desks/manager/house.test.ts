import { expect, test } from 'vitest';
import { dayIn, daysOf, presetOf, shifted } from '@/desks/manager/house';

test('a day is the one it is in the house, not here', () => {
  const at = Date.parse('2026-11-28T22:30:00Z');
  expect([dayIn('UTC', at), dayIn('Europe/Istanbul', at), dayIn('America/New_York', at)]).toEqual(['2026-11-28', '2026-11-29', '2026-11-28']);
});

test('a day later is a day later, also where the clock is changed and the year ends', () => {
  expect([shifted('2026-03-28', 1), shifted('2026-03-29', 1), shifted('2026-12-31', 1), shifted('2026-03-01', -1)]).toEqual([
    '2026-03-29', '2026-03-30', '2027-01-01', '2026-02-28',
  ]);
});

test('periods are days of the house, and a week begins on Monday', () => {
  const sunday = '2026-11-29';
  expect(daysOf('today', sunday)).toEqual({ from: sunday, to: sunday });
  expect(daysOf('yesterday', sunday)).toEqual({ from: '2026-11-28', to: '2026-11-28' });
  expect(daysOf('week', sunday)).toEqual({ from: '2026-11-23', to: sunday });
  expect(daysOf('week', '2026-11-23')).toEqual({ from: '2026-11-23', to: '2026-11-23' });
  expect(daysOf('last7', sunday)).toEqual({ from: '2026-11-23', to: sunday });
  expect(daysOf('month', sunday)).toEqual({ from: '2026-11-01', to: sunday });
  expect(daysOf('last30', sunday).from).toBe('2026-10-31');
});

test('days that are a preset are called so', () => {
  expect(presetOf({ from: '2026-11-01', to: '2026-11-29' }, '2026-11-29')).toBe('month');
  expect(presetOf({ from: '2026-11-02', to: '2026-11-29' }, '2026-11-29')).toBeNull();
});
