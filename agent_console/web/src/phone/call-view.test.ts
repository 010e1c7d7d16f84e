import { expect, it } from 'vitest';
import type { CallView } from '@/generated/views';
import { actionsOf, faceOf, ownCall, sinceOf } from '@/phone/call-view';

const callView = (part: Partial<CallView> = {}): CallView => ({
  id: 'call', interaction_id: 'i', work_item_id: 'w', direction: 'inbound', stage: 'talking', number: '+905321234567', dialled: '+902120000000', agent: { id: 'anna', name: 'Anna' },
  person: { id: 'p', name: 'Ivan Petrov' }, queue: { id: 'q', name: 'support' }, ended_at: null, version: 1,   started_at: '2026-03-02T09:00:00Z', answered_at: '2026-03-02T09:00:20Z', held_since: null, recording: 'off', end: null, third: '', third_stage: null, ...part,
});

it('one is in the call that one talks on, or made, or has taken', () => {
  const nobody = new Set<string>();
  const offered = callView({ id: 'offered', interaction_id: 'other', stage: 'ringing' });
  const other = callView({ id: 'other', agent: { id: 'boris', name: 'Boris' } });
  expect(ownCall([offered, other], 'anna', new Set(['other']))).toBeNull();
  const made = callView({ id: 'made', direction: 'outbound', stage: 'waiting' });
  const talks = callView({ id: 'talks' });
  expect(ownCall([offered, other, made], 'anna', new Set(['other']))?.id).toBe('made');
  expect(ownCall([made, talks], 'anna', nobody)?.id).toBe('talks');
  expect(ownCall([callView({ stage: 'ended', end: 'client_hung_up' })], 'anna', nobody)).toBeNull();
});

it.each([
  ['ringing', { stage: 'ringing' }],
  ['calling', { stage: 'ringing', direction: 'outbound' }],
  ['calling', { stage: 'waiting', direction: 'outbound' }],
  ['talking', {}],
  ['held', { held_since: '2026-03-02T09:01:00Z' }],
  ['asking', { held_since: '2026-03-02T09:01:00Z', third: 'Boris', third_stage: 'ringing' }],
  ['asked', { held_since: '2026-03-02T09:01:00Z', third: 'Boris', third_stage: 'talking' }],
  ['ended', { stage: 'ended' }],
] as const)('%s', (face, part) => {
  expect(faceOf(callView(part))).toBe(face);
});

it('before one talks there is only hanging up', () => {
  expect([...actionsOf(callView({ stage: 'ringing' }))]).toEqual(['hangup']);
});
it('a client is held and taken back, asked about and given away', () => {
  expect([...actionsOf(callView())]).toEqual(['hangup', 'keys', 'record', 'hold', 'give', 'consult']);
  expect([...actionsOf(callView({ held_since: 'x' }))]).toEqual(['hangup', 'keys', 'record', 'resume', 'give', 'consult']);
});
it('while a colleague is called one can only take the client back; once they are there the two can be put together', () => {
  expect([...actionsOf(callView({ held_since: 'x', third: 'B', third_stage: 'ringing' }))]).toEqual(['hangup', 'keys', 'record', 'take_back']);
  expect([...actionsOf(callView({ held_since: 'x', third: 'B', third_stage: 'talking' }))]).toEqual(['hangup', 'keys', 'record', 'join', 'take_back']);
});
it('what is recorded is paused, and goes on', () => {
  expect(actionsOf(callView({ recording: 'on' })).has('pause_record')).toBe(true);
  expect(actionsOf(callView({ recording: 'paused' })).has('record')).toBe(true);
});
it('the time is that of the hold, the talk or the wait', () => {
  expect([sinceOf(callView({ held_since: 'h' })), sinceOf(callView()), sinceOf(callView({ answered_at: null }))]).toEqual(['h', '2026-03-02T09:00:20Z', '2026-03-02T09:00:00Z']);
});
