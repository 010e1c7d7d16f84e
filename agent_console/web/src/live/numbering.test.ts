import { expect, it } from 'vitest';
import { judged } from '@/live/numbering';
import { AT, deskView, me } from '@/live/samples';

const at = { seq: 7, stream: 's' };
const changed = (seq: number) => ({ kind: 'me_changed', seq, me: me() }) as const;
const tick = (seq: number) => ({ kind: 'tick', seq, server_time: AT }) as const;

it('the next number is applied', () => {
  expect(judged(at, changed(8))).toEqual({ kind: 'apply', position: { seq: 8, stream: 's' } });
});

it('a number that skips one is a gap', () => {
  expect(judged(at, changed(9)).kind).toBe('gap');
});

it('a number seen before is ignored', () => {
  expect(judged(at, changed(7)).kind).toBe('repeated');
});

it('a tick with the own number is good news, any other is a gap', () => {
  expect(judged(at, tick(7)).kind).toBe('current');
  expect(judged(at, tick(8)).kind).toBe('gap');
  expect(judged(at, tick(6)).kind).toBe('gap');
});

it('a replay that ends short of its number is a gap', () => {
  expect(judged(at, { kind: 'replayed', seq: 9, stream: 's' }).kind).toBe('gap');
});

it('a snapshot and a resync begin anew, whatever was before', () => {
  for (const kind of ['snapshot', 'resync'] as const) {
    const verdict = judged(at, { kind, seq: 3, stream: 't', desk: deskView() });
    expect(verdict).toEqual({ kind: 'apply', position: { seq: 3, stream: 't' } });
  }
});

it('without a desk every numbered frame is a gap', () => {
  expect(judged(null, changed(1)).kind).toBe('gap');
});
