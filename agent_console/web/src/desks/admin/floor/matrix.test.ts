import { describe, expect, it } from 'vitest';
import { changesOf, type Column, columnsOf, edited, idOf, moved, rebased, typed } from '@/desks/admin/floor/matrix';
import type { StaffingView } from '@/generated/api';

const view = (billing = 3): StaffingView => ({
  agents: [
    { id: 'a', name: 'Anna', skills: { billing, 'lang:en': 9 }, voice: 1, chat: 3, mail: 5, queues: ['q1'] },
    { id: 'b', name: 'Boris', skills: {}, voice: 1, chat: 3, mail: 5, queues: [] },
  ],
  skills: ['billing', 'lang:en', 'law'],
  queues: [
    { id: 'q1', name: 'support', skills: { billing: 2 } },
    { id: 'q2', name: 'sales', skills: {} },
  ],
});
const BILLING: Column = { what: 'skill', key: 'billing', most: 10 };
const id = idOf('a', BILLING);

describe('the matrix', () => {
  it('shows every skill, capacity and queue, or what one queue asks for', () => {
    expect(columnsOf(view(), '').map((c) => c.key)).toEqual(['billing', 'lang:en', 'law', 'voice', 'chat', 'mail', 'q1', 'q2']);
    expect(columnsOf(view(), 'q1').map((c) => c.key)).toEqual(['billing', 'lang:en', 'voice', 'chat', 'mail', 'q1']);
  });

  it('sends what was seen and what it shall be; a cell that is as before is not sent', () => {
    const edits = edited(view(), new Map(), id, 7);
    expect(changesOf(view(), edits)).toEqual([{ agent_id: 'a', what: 'skill', key: 'billing', before: 3, after: 7 }]);
    expect(changesOf(view(), edited(view(), edits, id, 3))).toEqual([]);
  });

  it('keeps the edits on a newer matrix and says which cells somebody else changed', () => {
    const edits = edited(view(), new Map(), id, 7);
    const again = rebased(view(), view(5), edits);
    expect([...again.met]).toEqual([id]);
    expect(changesOf(view(5), again.edits)[0]?.before).toBe(5);
    expect(rebased(view(), view(7), edits).edits.size).toBe(0);
  });
});

describe('a key', () => {
  it('leads to the next cell and never out of the matrix', () => {
    const from = { row: 0, column: 2 };
    expect(moved(from, 'ArrowRight', false, 2, 4)).toEqual({ row: 0, column: 3 });
    expect(moved(from, 'ArrowUp', false, 2, 4)).toEqual(from);
    expect(moved(from, 'End', true, 2, 4)).toEqual({ row: 1, column: 3 });
    expect(moved(from, 'x', false, 2, 4)).toBeNull();
  });

  it('types a level: two digits make ten, and never more than there is', () => {
    expect(typed(0, '1', BILLING, false)).toBe(1);
    expect(typed(1, '0', BILLING, true)).toBe(10);
    expect(typed(4, '2', BILLING, true)).toBe(2);
    expect(typed(4, '+', BILLING, false)).toBe(5);
    expect(typed(4, 'Delete', BILLING, false)).toBe(0);
    expect(typed(1, ' ', { what: 'queue', key: 'q1', most: 1 }, false)).toBe(0);
    expect(typed(4, ' ', BILLING, false)).toBeNull();
    expect(typed(0, '7', { what: 'queue', key: 'q1', most: 1 }, false)).toBe(1);
  });
});
