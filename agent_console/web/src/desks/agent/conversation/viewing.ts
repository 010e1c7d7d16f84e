/** Says which conversation and whose card are on the screen, as long as they are; hears who else looks at it. */

import { computed, type ComputedRef, onMounted, onUnmounted, watch } from 'vue';
import { useDesk } from '@/desks/agent/desk';
import type { ViewerView } from '@/generated/views';

const SAID_EVERY_MS = 10_000;

/** Others who have the conversation on their screens. Whose card is on this one is told of its edits. */
export function useViewing(interactionId: () => string | null, personId: () => string | null): ComputedRef<readonly ViewerView[]> {
  const desk = useDesk();
  let timer = 0;

  function say(): void {
    if (document.hidden) desk.tellViewing(null, personId());
    else desk.tellViewing(interactionId(), personId());
  }

  onMounted(() => {
    timer = window.setInterval(say, SAID_EVERY_MS);
    document.addEventListener('visibilitychange', say);
  });
  // a new connection knows nothing of it
  watch([interactionId, personId, () => desk.desk !== null], say, { immediate: true });
  const stop = desk.onFrame((frame) => {
    if (frame.kind === 'snapshot' || frame.kind === 'resync' || frame.kind === 'replayed') say();
  });
  onUnmounted(() => {
    stop();
    window.clearInterval(timer);
    document.removeEventListener('visibilitychange', say);
    desk.tellViewing(null, null);
  });
  return computed(() => {
    const id = interactionId();
    const all = id === null ? [] : (desk.desk?.viewers[id] ?? []);
    return all.filter((viewer) => viewer.id !== desk.me?.id);
  });
}
