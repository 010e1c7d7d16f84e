/** Old snapshot + frames = new snapshot, on the stories that tests/live_samples.py recorded from a real hub. */

import { describe, expect, it } from 'vitest';
import type { Frame } from '@/generated/frames';
import type { DeskView, FloorView } from '@/generated/views';
import { apply, type Desk, read } from '@/live/apply';
import { applyFloor, type LiveFloor } from '@/live/floor';

type Step =
  | { readonly frame: Frame }
  | { readonly read: { readonly interaction_id: string; readonly seq: number } }
  | { readonly agrees_with: DeskView }
  | { readonly floor_agrees_with: FloorView };
interface Story {
  readonly windows: Readonly<Record<string, readonly Step[]>>;
}

const stories = Object.entries(
  import.meta.glob<Story>('../../../../tests/samples/live/*.json', { eager: true, import: 'default' }),
);

/** What two desks of one moment have in common; tests/live_desk.py says what is left out, and why. */
function comparable(desk: DeskView): object {
  const { version, since, ...me } = desk.me;
  return {
    me: version ? { ...me, since } : me,
    queues: desk.queues.map(({ ewt_s: _ewt, ...queue }) => queue),
    waiting: desk.waiting,
    offers: Object.fromEntries(
      desk.offers.map(({ latency_ms: _latency, work_item: { waited_s: _waited, ...work_item }, ...offer }) => [offer.reservation_id, { ...offer, work_item }]),
    ),
    work: Object.fromEntries(desk.work.map((work) => [work.work_item_id, work])),
    dispositions: desk.dispositions,
    pause_reasons: desk.pause_reasons,
    planned: Object.fromEntries(desk.planned.map((plan) => [plan.id, plan])),
    mentions: Object.fromEntries(desk.mentions.map((mention) => [mention.touch_id, mention])),
    snoozed: Object.fromEntries(desk.snoozed.map((snooze) => [snooze.interaction_id, snooze])),
    tasks: desk.tasks ?? [],
  };
}

/** The same of two floors; tests/live_floor.py. */
function comparableFloor(floor: FloorView): object {
  return {
    queues: Object.fromEntries(floor.queues.map(({ ewt_s: _ewt, ...queue }) => [queue.id, queue])),
    agents: Object.fromEntries(floor.agents.map((agent) => [agent.id, agent])),
    quarters: Object.fromEntries(floor.quarters.map((quarter) => [`${quarter.queue_id} ${quarter.at}`, quarter])),
    alarms: floor.alarms,
    pop: floor.pop,
    day: [floor.from_at, floor.to_at],
  };
}

it('there are stories', () => expect(stories.length).toBeGreaterThan(10));

describe.each(stories)('%s', (_path, story) => {
  it.each(Object.entries(story.windows))("at %s's window the frames make the desk that was shown", (_login, steps) => {
    let desk: Desk | null = null;
    let floor: LiveFloor | null = null;
    let compared = 0;
    for (const step of steps) {
      if ('frame' in step && (step.frame.kind === 'floor_snapshot' || step.frame.kind === 'floor_changed')) floor = applyFloor(floor, step.frame);
      else if ('frame' in step) desk = apply(desk, step.frame);
      else if ('floor_agrees_with' in step) {
        if (floor === null) throw new Error('no floor yet');
        expect(comparableFloor(floor)).toEqual(comparableFloor(step.floor_agrees_with));
        compared += 1;
      } else if (desk === null) throw new Error('no desk yet');
      else if ('read' in step) desk = read(desk, step.read.interaction_id, step.read.seq);
      else {
        expect(comparable(desk)).toEqual(comparable(step.agrees_with));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });
});
