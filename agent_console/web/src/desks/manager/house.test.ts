import { expect, test } from 'vitest';
import { dayIn, daysOf, dayStart, presetOf, shifted } from '@/desks/manager/house';

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

test('a day begins when the clocks of the house show it, also in the weeks when they are changed', () => {
  const begins = (zone: string, day: string): string => new Date(dayStart(zone, day)).toISOString();
  expect(begins('UTC', '2026-11-28')).toBe('2026-11-28T00:00:00.000Z');
  expect(begins('Europe/Istanbul', '2026-11-28')).toBe('2026-11-27T21:00:00.000Z');
  expect(begins('America/New_York', '2026-11-28')).toBe('2026-11-28T05:00:00.000Z');
  expect([begins('Europe/Berlin', '2026-03-29'), begins('Europe/Berlin', '2026-03-30')]).toEqual(['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
  expect([begins('Europe/Berlin', '2026-10-25'), begins('Europe/Berlin', '2026-10-26')]).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
  expect([begins('Pacific/Auckland', '2026-09-27'), begins('Pacific/Auckland', '2026-09-28')]).toEqual(['2026-09-26T12:00:00.000Z', '2026-09-27T11:00:00.000Z']);
  // no midnight on this day: its first hour begins at one o'clock
  expect(begins('Africa/Cairo', '2026-04-24')).toBe('2026-04-23T22:00:00.000Z');
});
