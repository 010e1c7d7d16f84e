import { expect, test } from 'vitest';
import { hoursOf, placeOf, rowsOf, secondsOf } from '@/desks/manager/activity/lanes';

const at = (h: number, m = 0): string => new Date(Date.UTC(2026, 10, 28, h, m)).toISOString();
const span = (from: string, to: string) => ({ from_at: from, to_at: to });
const [from, to] = [Date.parse(at(0)), Date.parse(at(24))];

test('a span lies where it was, cut to the day, and never too narrow to see', () => {
  expect(placeOf(span(at(6), at(12)), from, to)).toEqual({ left: 0.25, width: 0.25 });
  expect(placeOf(span('2026-11-27T20:00:00Z', at(12)), from, to)).toEqual({ left: 0, width: 0.5 });
  expect(placeOf(span(at(12), at(12)), from, to).width).toBeGreaterThan(0);
});

test('work at the same time has rows of its own, and a freed row is used again', () => {
  const spans = [span(at(9), at(10)), span(at(9, 30), at(11)), span(at(10), at(12)), span(at(10, 30), at(10, 40))];
  expect(rowsOf(spans, 3)).toEqual([0, 1, 0, 2]);
  expect(rowsOf(spans, 2)).toEqual([0, 1, 0, 1]);
});

test('hours and lengths', () => {
  expect(hoursOf(from, to, 6)).toHaveLength(5);
  expect(secondsOf(span(at(9), at(9, 1)))).toBe(60);
});
