import { expect, it } from 'vitest';
import type { CallView } from '@/generated/views';
import { callThatRings, type Known, receptionOf } from '@/phone/reception';

const call = (part: Partial<CallView> = {}): CallView => ({
  id: 'c1', interaction_id: 'i1', work_item_id: 'w1', direction: 'inbound', stage: 'waiting', number: '', dialled: '', agent: null, person: { id: 'p', name: '' }, queue: { id: 'q', name: '' }, ended_at: null, version: 1,
   started_at: '', answered_at: null, held_since: null, recording: 'off', end: null, third: '', third_stage: null, ...part,
});
const known = (part: Partial<Known> = {}): Known => ({
  me: 'anna', calls: [], offered: new Set(), taken: new Set(), declined: new Set(), isAutoAnswered: false, ...part,
});
const named = { callId: 'c1' };
const unnamed = { callId: '' };

it('what is offered rings until the agent says yes, at the desk or at the phone', () => {
  const offered = known({ calls: [call()], offered: new Set(['i1']) });
  expect([receptionOf(named, offered), receptionOf(unnamed, offered)]).toEqual(['ring', 'ring']);
});
it('what was taken at the desk is picked up', () => {
  const taken = known({ calls: [call({ stage: 'ringing', agent: { id: 'anna', name: 'Anna' } })], taken: new Set(['i1']) });
  expect([receptionOf(named, taken), receptionOf(unnamed, taken)]).toEqual(['answer', 'answer']);
});
it('what was declined at the desk is not', () => {
  expect(receptionOf(named, known({ calls: [call()], declined: new Set(['i1']) }))).toBe('refuse');
});
it('a call that one makes is picked up: one asked for it', () => {
  const made = known({ calls: [call({ direction: 'outbound', agent: { id: 'anna', name: 'Anna' }, stage: 'waiting' })] });
  expect([receptionOf(named, made), receptionOf(unnamed, made)]).toEqual(['answer', 'answer']);
});
it('a call that a colleague makes is not', () => {
  expect(receptionOf(unnamed, known({ calls: [call({ direction: 'outbound', agent: { id: 'boris', name: 'Boris' } })] }))).toBe('ring');
});
it('a colleague who asks rings, even while the hub says nothing of it', () => {
  expect(receptionOf(unnamed, known())).toBe('ring');
  expect(receptionOf(named, known({ calls: [call({ stage: 'talking', agent: { id: 'boris', name: 'Boris' } })] }))).toBe('ring');
});
it('who wants it so is put through without a ring', () => {
  expect(receptionOf(named, known({ calls: [call()], offered: new Set(['i1']), isAutoAnswered: true }))).toBe('answer');
  expect(receptionOf(unnamed, known({ isAutoAnswered: true }))).toBe('answer');
});
it('of two that can be meant none is taken for the other', () => {
  const two = known({ calls: [call(), call({ id: 'c2', interaction_id: 'i2' })], offered: new Set(['i1', 'i2']) });
  expect([callThatRings(unnamed, two), callThatRings({ callId: 'c2' }, two)?.id]).toEqual([null, 'c2']);
});
