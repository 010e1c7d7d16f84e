/** Says which conversation is on the screen, as long as it is; hears who else looks at it. */

import { computed, type ComputedRef, onMounted, onUnmounted, watch } from 'vue';
import { useDesk } from '@/desks/agent/desk';
import type { ViewerView } from '@/generated/views';

const SAID_EVERY_MS = 10_000;

/** Others who have the conversation on their screens. */
export function useViewing(interactionId: () => string | null): ComputedRef<readonly ViewerView[]> {
  const desk = useDesk();
  let timer = 0;

  function say(): void {
    desk.tellViewing(document.hidden ? null : interactionId());
  }

  onMounted(() => {
    timer = window.setInterval(say, SAID_EVERY_MS);
    document.addEventListener('visibilitychange', say);
  });
  // a new connection knows nothing of it
  watch([interactionId, () => desk.desk !== null], say, { immediate: true });
  const stop = desk.onFrame((frame) => {
    if (frame.kind === 'snapshot' || frame.kind === 'resync' || frame.kind === 'replayed') say();
  });
  onUnmounted(() => {
    stop();
    window.clearInterval(timer);
    document.removeEventListener('visibilitychange', say);
    desk.tellViewing(null);
  });
  return computed(() => {
    const id = interactionId();
    const all = id === null ? [] : (desk.desk?.viewers[id] ?? []);
    return all.filter((viewer) => viewer.id !== desk.me?.id);
  });
}
