import { expect, it } from 'vitest';
import type { SegmentView } from '@/generated/api';
import type { CallView, TouchView } from '@/generated/views';
import { callOfTouch, lasted } from '@/phone/call-times';

const call = (part: Partial<CallView>): CallView => ({
  id: 'c', interaction_id: 'i', work_item_id: 'w', direction: 'inbound', stage: 'ended', number: '+905321234567', dialled: '', agent: null, person: { id: 'p', name: '' },
  queue: { id: 'q', name: '' }, started_at: '2026-03-02T09:00:00Z', answered_at: '2026-03-02T09:00:20Z', held_since: null, ended_at: '2026-03-02T09:03:20Z',
  end: 'client_hung_up', recording: 'off', third: '', third_stage: null, version: 5, ...part,
});
const touch = (kind: TouchView['kind'], at: string, direction: TouchView['direction'] = 'inbound') => ({ kind, at, direction });
const hold = (from: string, to: string): SegmentView => ({ kind: 'hold', started_at: from, ended_at: to, agent: '', queue: '' }) as unknown as SegmentView;

it('a row tells of the call that began with it; a missed one of the call that ended with it', () => {
  const first = call({ id: 'first' });
  const second = call({ id: 'second', started_at: '2026-03-02T10:00:00Z', answered_at: null, ended_at: '2026-03-02T10:01:30Z', end: 'client_left' });
  const ours = call({ id: 'ours', direction: 'outbound', started_at: '2026-03-02T10:02:00Z', ended_at: null });
  const all = [first, second, ours];
  expect(callOfTouch(touch('call', '2026-03-02T09:00:00.2Z'), all)?.id).toBe('first');
  expect(callOfTouch(touch('call', '2026-03-02T10:00:00Z'), all)?.id).toBe('second');
  expect(callOfTouch(touch('missed_call', '2026-03-02T10:01:30Z'), all)?.id).toBe('second');
  expect(callOfTouch(touch('call', '2026-03-02T10:02:00Z', 'outbound'), all)?.id).toBe('ours');
  expect(callOfTouch(touch('call', '2026-03-02T10:02:00Z'), [])).toBeNull();
});

it('talk, hold and wait add up to the call', () => {
  const held = [hold('2026-03-02T09:01:00Z', '2026-03-02T09:01:30Z'), hold('2026-03-02T12:00:00Z', '2026-03-02T12:10:00Z')];
  expect(lasted(call({}), held)).toEqual({ talkS: 150, holdS: 30, waitS: 20 });
});

it('a call that nobody answered waited, and was no talk', () => {
  expect(lasted(call({ answered_at: null, ended_at: '2026-03-02T09:00:50Z' }), [])).toEqual({ talkS: null, holdS: 0, waitS: 50 });
});

it('a call that goes on has no length yet', () => {
  expect(lasted(call({ ended_at: null }), []).talkS).toBeNull();
});
