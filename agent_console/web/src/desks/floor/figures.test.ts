import { expect, it } from 'vitest';
import { abandonedShare, byUrgency, chosen, dayOf, daysOf, dayText, inOrder, levelTone, longestWait, QUARTER_MS, serviceLevel, sparkPoints, totalWaiting, waitTone } from '@/desks/floor/figures';
import type { AlarmView, FloorAgent, FloorQuarter, FloorQueue } from '@/generated/views';
import { applyFloor } from '@/live/floor';
import { after, AT } from '@/live/samples';

const queue = (part: Partial<FloorQueue> = {}): FloorQueue => ({
  id: 'q', name: 'support', waiting: 0, oldest_at: null, ewt_s: null, staffed: 0, available: 0, offered: 0, answered: 0,
  abandoned: 0, service_level: null, asa_s: null, aht_s: null, target_s: 20, target_share: 0.8, ...part,
});
const agent = (name: string, part: Partial<FloorAgent> = {}): FloorAgent => ({ id: name, name, state: 'available', pause_reason: '', since: AT, load: 0, full: 60, queues: ['q'], call: '', call_since: null, ...part });
const quarter = (n: number, part: Partial<FloorQuarter> = {}): FloorQuarter => ({ queue_id: 'q', at: after(n * 900), offered: 0, answered: 0, abandoned: 0, service_level: null, waiting: 0, ...part });

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
  expect(longestWait(queues)).toMatchObject({ queue: { name: 'sales' }, at: AT });
  expect(longestWait([queue()])).toBeNull();
  expect(totalWaiting(queues)).toBe(3);
});

it('colours change at the boundary, and at the goal of the queue', () => {
  expect([0.8, 0.799, 0.7, 0.699].map((level) => levelTone(level))).toEqual(['ok', 'warn', 'warn', 'bad']);
  expect([levelTone(0.85, 0.9), levelTone(0.95, 0.9), levelTone(null)]).toEqual(['warn', 'ok', '']);
  expect([44, 45, 89, 90].map(waitTone)).toEqual(['', 'warn', 'warn', 'bad']);
});

it('people stand by state and name, or as asked', () => {
  const people = [agent('Egor', { state: 'paused', since: after(-90) }), agent('Cem', { state: 'engaged', load: 40 }), agent('Boris'), agent('Anna', { state: 'engaged', load: 20, queues: ['p'] })];
  const names = (list: readonly FloorAgent[]) => list.map((a) => a.name);
  expect(names(inOrder(people, 'state'))).toEqual(['Boris', 'Anna', 'Cem', 'Egor']);
  expect(names(inOrder(people, 'load'))).toEqual(['Cem', 'Anna', 'Boris', 'Egor']);
  expect(names(inOrder(people, 'since'))[0]).toBe('Egor');
  expect(names(chosen(people, 'q', 'engaged'))).toEqual(['Cem']);
});

it('the day has no gaps, and the running quarter waits as the queues do', () => {
  const day = dayOf([quarter(0, { offered: 4, service_level: 1, waiting: 2 }), quarter(2, { offered: 1, service_level: 0 }), quarter(0, { queue_id: 'other', offered: 9 })], [queue({ waiting: 5 })], Date.parse(AT) + 2 * QUARTER_MS + 5);
  expect(day.map((q) => [q.offered, q.level, q.waiting])).toEqual([[4, 1, 2], [0, null, 0], [1, 0, 5]]);
  expect(dayOf([], [queue()], 0)).toEqual([]);
  expect(sparkPoints(day)).toBe('0.0,1.0 100.0,19.0');
});

it('each queue has the day that it has alone', () => {
  const quarters = [0, 1, 3].flatMap((n) => [quarter(n, { offered: n, service_level: 0.5 }), quarter(n, { queue_id: 'p', waiting: n })]);
  const queues = [queue({ waiting: 5 }), queue({ id: 'p' }), queue({ id: 'empty' })];
  const nowMs = Date.parse(AT) + 4 * QUARTER_MS;
  const days = daysOf(quarters, queues, nowMs);
  expect([...days.keys()]).toEqual(['q', 'p', 'empty']);
  for (const one of queues) expect(days.get(one.id)).toEqual(dayOf(quarters, [one], nowMs));
  expect(days.get('q')).toHaveLength(5);
});

it('alarms nobody looks after come first; the day is the one at noon', () => {
  const alarm = (id: string, part: Partial<AlarmView>): AlarmView => ({ id, queue_id: 'q', queue: 'support', kind: 'waiting', threshold: 1, value: 2, raised_at: AT, ended_at: null, acked_at: null, acked_by: '', ...part });
  const list = [alarm('a', { acked_at: AT }), alarm('b', {}), alarm('c', { raised_at: after(9) })];
  expect(byUrgency(list).map((a) => a.id)).toEqual(['c', 'b', 'a']);
  expect([dayText('2026-11-13T21:00:00Z'), dayText('2026-11-14T00:00:00Z')]).toEqual(['2026-11-14', '2026-11-14']);
});

it('rows of a frame replace those before; a missed revision is known', () => {
  const whole = { kind: 'floor_snapshot' as const, seq: 1, revision: 4, floor: { queues: [queue(), queue({ id: 'p' })], agents: [agent('Anna')], quarters: [quarter(0)], alarms: [], pop: { p50_ms: 1, p95_ms: 2, p99_ms: 3 }, from_at: AT, to_at: AT, at: AT } };
  const changed = { kind: 'floor_changed' as const, seq: 1, revision: 5, queues: [queue({ id: 'p', waiting: 3 })], agents: [agent('Boris')], quarters: [quarter(0, { offered: 1 }), quarter(1)], alarms: null, pop: null, at: after(1) };
  const floor = applyFloor(applyFloor(null, whole), changed);
  expect(floor?.queues.map((q) => q.waiting)).toEqual([0, 3]);
  expect(floor?.agents.map((a) => a.name)).toEqual(['Anna', 'Boris']);
  expect(floor?.quarters.map((q) => q.offered)).toEqual([1, 0]);
  expect(floor?.pop.p99_ms).toBe(3);
  expect(applyFloor(floor, { ...changed, revision: 7 })).toBeNull();
  expect(applyFloor(null, changed)).toBeNull();
});
