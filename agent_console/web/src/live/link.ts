/** How the line to the hub stands, for the light in the top bar; whoever hears from the hub tells it. */

import { computed, reactive } from 'vue';
import { type Light, lightOf } from '@/live/pace';
import { now } from '@/time/now';

const link = reactive({ isWatched: false, isCurrent: false, isLost: false, heardAtMs: 0 });

/** Null while nothing on this page is live. The time is that of this machine: the hub's may jump. */
export const light = computed<Light | null>(() => {
  void now.value;
  return link.isWatched ? lightOf(link.isCurrent, link.heardAtMs, Date.now(), link.isLost) : null;
});

export const watched = {
  begin(): void {
    Object.assign(link, { isWatched: true, isCurrent: false, isLost: false, heardAtMs: Date.now() });
  },
  heard(): void {
    link.heardAtMs = Date.now();
  },
  current(isCurrent: boolean): void {
    link.isCurrent = isCurrent;
  },
  lost(isLost: boolean): void {
    link.isLost = isLost;
  },
  end(): void {
    link.isWatched = false;
  },
};
