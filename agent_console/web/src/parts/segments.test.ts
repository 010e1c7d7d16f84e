import { expect, it } from 'vitest';
import type { SegmentView } from '@/generated/api';
import { after } from '@/live/samples';
import { piecesOf, totalsOf } from '@/parts/segments';

const segment = (kind: SegmentView['kind'], from: number, to: number): SegmentView => ({ kind, queue: 'support', agent: '', started_at: after(from), ended_at: after(to) });

it('segments lie on the bar by their times, whatever order they come in', () => {
  const pieces = piecesOf([segment('text', 10, 90), segment('queue', 0, 10), segment('wrap_up', 90, 100)]);
  expect(pieces.map((p) => [p.kind, p.left, p.width])).toEqual([['queue', 0, 0.1], ['text', 0.1, 0.8], ['wrap_up', 0.9, 0.1]]);
});

it('what lasted a moment is still seen, inside the bar, and what lasted no time is not', () => {
  const pieces = piecesOf([segment('queue', 0, 99_999), segment('alert', 99_999, 99_999), segment('text', 99_999, 100_000)]);
  expect(pieces.map((p) => p.width > 0)).toEqual([true, false, true]);
  for (const p of pieces) expect(p.left + p.width).toBeLessThanOrEqual(1);
});

it('totals are by kind; a gap belongs to nobody', () => {
  const pieces = piecesOf([segment('queue', 0, 5), segment('text', 5, 10), segment('queue', 20, 25)]);
  expect(totalsOf(pieces)).toEqual([{ kind: 'queue', seconds: 10 }, { kind: 'text', seconds: 5 }]);
  expect(piecesOf([])).toEqual([]);
});
