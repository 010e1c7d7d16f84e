import { expect, it } from 'vitest';
import { abandonedShare, inOrderOfState, levelTone, longestWait, serviceLevel, totalWaiting, waitTone } from '@/desks/floor/figures';
import type { AgentView, WallboardQueue } from '@/generated/api';
import { after, AT } from '@/live/samples';

const queue = (part: Partial<WallboardQueue> = {}): WallboardQueue => ({
  id: 'q', name: 'support', waiting: 0, oldest_at: null, ewt_s: null, staffed: 0, available: 0,
  offered: 0, answered: 0, abandoned: 0, service_level: null, asa_s: null, aht_s: null, ...part,
});

it('the service level of the floor is weighted by what was offered', () => {
  expect(serviceLevel([queue({ service_level: 0.9, offered: 90 }), queue({ service_level: 0.5, offered: 10 })])).toBeCloseTo(0.86);
});

it('where nothing was offered there is no share, and not zero', () => {
  expect(serviceLevel([queue()])).toBeNull();
  expect(abandonedShare([queue()])).toBeNull();
  expect(abandonedShare([queue({ offered: 40, abandoned: 1 }), queue({ offered: 60, abandoned: 2 })])).toBeCloseTo(0.03);
});

it('the longest wait says where', () => {
  const queues = [queue({ waiting: 2, oldest_at: after(9) }), queue({ name: 'sales', waiting: 1, oldest_at: AT }), queue()];
  expect(longestWait(queues)).toEqual({ queue: 'sales', at: AT });
  expect(longestWait([queue()])).toBeNull();
  expect(totalWaiting(queues)).toBe(3);
});

it('colours change at the boundary', () => {
  expect([0.8, 0.799, 0.7, 0.699].map(levelTone)).toEqual(['ok', 'warn', 'warn', 'bad']);
  expect([44, 45, 89, 90].map(waitTone)).toEqual(['', 'warn', 'warn', 'bad']);
});

it('people stand by state and name', () => {
  const agent = (name: string, state: AgentView['state']): AgentView => ({ id: name, name, state, pause_reason: '', since: AT, load: 0, full: 60, queues: [] });
  const people = [agent('Egor', 'paused'), agent('Cem', 'engaged'), agent('Boris', 'available'), agent('Anna', 'engaged')];
  expect(inOrderOfState(people).map((a) => a.name)).toEqual(['Boris', 'Anna', 'Cem', 'Egor']);
});
