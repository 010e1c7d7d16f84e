import { expect, it } from 'vitest';
import { inOrder, queueFor } from '@/desks/agent/start/ways';
import type { WayView } from '@/generated/api';

const way = (address: string, changes: Partial<WayView> = {}): WayView => ({
  kind: 'webchat', channel: 'webchat', address, label: 'Shop', language: 'en', queue_id: 'sales', last_at: null, closed: '', holder: '', continues: false,
  continues_in: null, ...changes,
});

it('ways that can be used come first, in the order of the hub', () => {
  const ways = [way('a', { closed: 'no_address' }), way('b'), way('c', { closed: 'site_off' }), way('d')];
  expect(inOrder(ways).map((one) => one.address)).toEqual(['b', 'd', 'a', 'c']);
});
it('one begins in the queue that the way comes to, if it is one of theirs, else in the first of theirs', () => {
  const queues = [{ id: 'support' }, { id: 'sales' }];
  expect(queueFor(way('a'), queues)).toBe('sales');
  expect(queueFor(way('a', { queue_id: 'billing' }), queues)).toBe('support');
  expect(queueFor(null, [])).toBe('');
});
it('a conversation that is open stays in its queue', () => {
  expect(queueFor(way('a', { continues: true, continues_in: 'support' }), [{ id: 'sales' }, { id: 'support' }])).toBe('support');
});
