import { describe, expect, it } from 'vitest';
import { dueBy, dueKey, newlyDue } from '@/desks/agent/day/due';

const AT = Date.parse('2026-03-02T12:00:00Z');
const call = { id: 'call', due_at: '2026-03-02T12:00:00Z' };
const write = { id: 'write', due_at: '2026-03-02T12:00:01Z' };
const some = { id: 'some day', due_at: null };
const all = [call, write, some];

describe('a task comes due', () => {
  it('at its moment, not before, and never without a date', () => {
    expect(dueBy(all, AT - 1)).toEqual([]);
    expect(dueBy(all, AT)).toEqual([call]);
    expect(dueBy(all, AT + 1000)).toEqual([call, write]);
  });
  it('says nothing of what was late when the desk opened', () => {
    expect(newlyDue(all, null, AT + 1000)).toEqual([]);
  });
  it('is told once, and once more after its date was moved', () => {
    const told = new Set([dueKey(call)]);
    expect(newlyDue(all, told, AT + 1000)).toEqual([write]);
    expect(newlyDue([{ ...call, due_at: '2026-03-02T11:00:00Z' }], told, AT)).toHaveLength(1);
  });
});
