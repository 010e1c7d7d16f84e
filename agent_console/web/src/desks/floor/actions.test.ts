import { expect, it } from 'vitest';
import { actionsFor, takers } from '@/desks/floor/actions';
import type { FloorWork } from '@/generated/api';
import type { FloorAgent } from '@/generated/views';
import { AT } from '@/live/samples';

const work = (part: Partial<FloorWork> = {}): FloorWork => ({
  work_item_id: 'w', interaction_id: 'i', person: 'Ivan', queue_id: 'q', queue: 'support', channel: 'webchat', language: 'ru',
  state: 'queued', state_at: AT, first_queued_at: AT, agent_id: '', agent: '', priority: 0, place: 1, clocks: null, ...part,
});
const agent = (id: string, part: Partial<FloorAgent> = {}): FloorAgent => ({ id, name: id, state: 'available', pause_reason: '', since: AT, load: 0, full: 60, queues: ['q'], call: '', call_since: null, ...part });

it('waiting work is moved in its line, held work is returned, a call is left alone', () => {
  expect(actionsFor(work())).toContain('prioritise');
  expect(actionsFor(work({ state: 'assigned' }))).toEqual(['reassign', 'take_over', 'return']);
  expect(actionsFor(work({ state: 'assigned', channel: 'sip' }))).toEqual([]);
  expect(actionsFor(work({ state: 'wrap_up' }))).toEqual([]);
});

it('who is free and serves the queue comes first; who is away or has it is not asked', () => {
  const people = [agent('paused', { state: 'paused' }), agent('foreign', { queues: [] }), agent('busy', { load: 40 }), agent('away', { state: 'offline' }), agent('has'), agent('free')];
  expect(takers(people, work({ agent_id: 'has' })).map((a) => a.id)).toEqual(['free', 'busy', 'foreign', 'paused']);
});
