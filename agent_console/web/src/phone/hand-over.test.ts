import { expect, it } from 'vitest';
import type { HandingAgent, QueueView } from '@/generated/api';
import { addressIn, found, isAway, numberIn, targetOf } from '@/phone/hand-over';

const agent = (id: string, name: string, part: Partial<HandingAgent> = {}): HandingAgent => ({ id, name, state: 'available', pause_reason: '', is_there: true, is_free: true, queues: [], ...part });
const queue = (id: string, name: string): QueueView => ({ id, name, waiting: 2 }) as QueueView;
const AGENTS = [agent('b', 'Boris', { is_free: false }), agent('c', 'Cem Öztürk'), agent('d', 'Dilara', { is_there: false })];
const QUEUES = [queue('s', 'support'), queue('x', 'sales')];
const names = (typed: string): readonly string[] => found(typed, AGENTS, QUEUES).map((one) => one.name);

it('without a word: colleagues who are there, the free ones first, the queues, and last who is not there', () => {
  expect(names('')).toEqual(['Cem Öztürk', 'Boris', 'support', 'sales', 'Dilara']);
  expect(found('', AGENTS, QUEUES).filter(isAway).map((one) => one.name)).toEqual(['Dilara']);
});
it('by a part of the name, whatever the accents', () => {
  expect(names('ozt')).toEqual(['Cem Öztürk']);
  expect(names('sup')).toEqual(['support']);
});
it('a number, however it is written, comes first', () => {
  expect(names('+90 (532) 123-45-67')).toEqual(['+905321234567']);
});
it.each([
  ['100', '100'],
  ['+905321234567', '+905321234567'],
  ['12', ''],
  ['+', ''],
  ['call 100', ''],
  ['1+23', ''],
])('the number in %s is "%s"', (typed, number) => {
  expect(numberIn(typed)).toBe(number);
});
it('an address is as good as a number', () => {
  expect([addressIn('sip:bob@example.test'), addressIn('sip:bob'), addressIn(' 200 '), addressIn('mailto:a@b')]).toEqual(['sip:bob@example.test', '', '200', '']);
});
it('each is named to the hub in its own way', () => {
  expect([...found('', AGENTS, QUEUES), ...found('200', [], [])].map(targetOf)).toEqual([
    { agent_id: 'c' }, { agent_id: 'b' }, { queue_id: 's' }, { queue_id: 'x' }, { agent_id: 'd' }, { number: '200' },
  ]);
});
