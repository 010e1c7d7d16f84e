import { expect, test } from 'vitest';
import { teamsOf, tickedOf, withQueue, withRole } from '@/desks/admin/users/teams';

test('a new role of queues begins with all of them, another one with none', () => {
  expect(withRole({}, 'agent', true, ['a', 'b'])).toEqual({ agent: ['a', 'b'] });
  expect(withRole({}, 'admin', true, ['a', 'b'])).toEqual({ admin: [] });
  expect(withRole({ agent: ['a'] }, 'agent', false, ['a'])).toEqual({});
});

test('each role keeps its own queues on the way to the hub and back', () => {
  const ticked = withQueue(tickedOf([{ role: 'agent', queue_ids: ['a'] }, { role: 'supervisor', queue_ids: ['b'] }]), 'supervisor', 'c', true);
  expect(teamsOf(ticked)).toEqual([
    { role: 'agent', queue_ids: ['a'] },
    { role: 'supervisor', queue_ids: ['b', 'c'] },
  ]);
});
