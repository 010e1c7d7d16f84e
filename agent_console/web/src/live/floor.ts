/** The live wallboard, and the one function that changes it: an older floor and a frame give the newer floor. */

import type { FloorChanged, FloorSnapshot } from '@/generated/frames';
import type { FloorView } from '@/generated/views';

export interface LiveFloor extends FloorView {
  readonly revision: number;
}

/** The floor after `frame`. Null when something was missed, or nothing is known: then ask for all of it. */
export function applyFloor(floor: LiveFloor | null, frame: FloorSnapshot | FloorChanged): LiveFloor | null {
  if (frame.kind === 'floor_snapshot') return { ...frame.floor, revision: frame.revision };
  if (floor === null || frame.revision !== floor.revision + 1) return null;
  return {
    ...floor,
    revision: frame.revision,
    queues: replaced(floor.queues, frame.queues, (q) => q.id),
    agents: replaced(floor.agents, frame.agents, (a) => a.id),
    quarters: replaced(floor.quarters, frame.quarters, (q) => `${q.queue_id} ${q.at}`),
    alarms: frame.alarms ?? floor.alarms,
    pop: frame.pop ?? floor.pop,
    at: frame.at,
  };
}

/** Each in its place, new ones at the end; the same list when nothing is new. */
function replaced<T>(list: readonly T[], news: readonly T[], key: (item: T) => string): readonly T[] {
  if (news.length === 0) return list;
  const newer = new Map(news.map((item) => [key(item), item]));
  const kept = list.map((item) => {
    const found = newer.get(key(item));
    if (found === undefined) return item;
    newer.delete(key(item));
    return found;
  });
  return newer.size === 0 ? kept : [...kept, ...newer.values()];
}
