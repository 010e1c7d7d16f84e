import { expect, it } from 'vitest';
import { lightOf, pauseBefore } from '@/live/pace';

it('pauses double from a quarter of a second to five seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 60].map((n) => pauseBefore(n, 1))).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
});

it('half of a pause is chance, so that consoles do not come back all at once', () => {
  expect(pauseBefore(3, 0)).toBe(1000);
  expect(pauseBefore(3, 0.5)).toBe(1500);
});

it('no pause is shorter than a quarter of a second', () => {
  expect(pauseBefore(0, 0)).toBe(250);
});

it('the light says stale before nothing was heard for ten seconds, and since when', () => {
  expect(lightOf(true, 1_000, 9_999)).toEqual({ state: 'live' });
  expect(lightOf(true, 1_000, 10_000)).toEqual({ state: 'stale', sinceMs: 1_000 });
  expect(lightOf(false, 1_000, 2_000)).toEqual({ state: 'catching_up' });
});

it('a line that is down is not called catching up', () => {
  expect(lightOf(false, 0, 100, true)).toEqual({ state: 'lost' });
  expect(lightOf(false, 0, 100)).toEqual({ state: 'catching_up' });
  expect(lightOf(false, 0, 9_000, true)).toEqual({ state: 'stale', sinceMs: 0 });
});
