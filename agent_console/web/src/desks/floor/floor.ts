/** The live wallboard of this window: asked for on the agent's socket, kept by its frames. */

import { computed, onMounted, onUnmounted, ref, shallowRef } from 'vue';
import { useDesk } from '@/desks/agent/desk';
import type { AlarmView } from '@/generated/views';
import type { Frame } from '@/generated/frames';
import { applyFloor, type LiveFloor } from '@/live/floor';
import { chime } from '@/sound/alerts';

const floor = shallowRef<LiveFloor | null>(null);
/** Counts what changed in the line or in somebody's hands, so that lists of work know when to look again. */
const moves = ref(0);
const sounded = new Set<string>();

export const liveFloor = computed(() => floor.value);
export const floorMoves = computed(() => moves.value);

/** While the calling part is on the page, the floor is live. */
export function useLiveFloor(): void {
  const desk = useDesk();

  function heard(frame: Frame): void {
    switch (frame.kind) {
      // a new line of frames knows nothing of what this window looks at
      case 'snapshot':
      case 'resync':
      case 'replayed':
        desk.tell({ kind: 'watch_floor', on: true });
        break;
      case 'floor_snapshot':
      case 'floor_changed': {
        floor.value = applyFloor(floor.value, frame);
        if (floor.value === null) desk.tell({ kind: 'watch_floor', on: true });
        else announce(floor.value.alarms);
        if (frame.kind === 'floor_snapshot' || frame.queues.length + frame.agents.length > 0) moves.value += 1;
        break;
      }
      default:
    }
  }

  let stop: () => void = () => undefined;
  onMounted(() => {
    stop = desk.onHeard(heard);
    desk.tell({ kind: 'watch_floor', on: true });
  });
  onUnmounted(() => {
    stop();
    desk.tell({ kind: 'watch_floor', on: false });
    floor.value = null;
  });
}

/** Each alarm sounds once in this window, and none that somebody looks after already. */
function announce(alarms: readonly AlarmView[]): void {
  const fresh = alarms.filter((alarm) => !sounded.has(alarm.id));
  for (const alarm of fresh) sounded.add(alarm.id);
  if (fresh.some((alarm) => alarm.acked_at === null)) chime('offer');
}
