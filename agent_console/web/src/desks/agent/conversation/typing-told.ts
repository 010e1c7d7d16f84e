/** Tells the hub that somebody writes in a conversation, seldom, and that they stopped. */

import { onUnmounted } from 'vue';
import { useDesk } from '@/desks/agent/desk';

const EVERY_MS = 3_000;
const ENDS_MS = 4_000;

export function useTypingTold(interactionId: () => string): { typed: (isWriting: boolean) => void; stop: () => void } {
  const desk = useDesk();
  let toldAtMs = 0;
  let quiet = 0;

  function stop(): void {
    window.clearTimeout(quiet);
    if (toldAtMs) desk.tellTyping(interactionId(), false);
    toldAtMs = 0;
  }

  function typed(isWriting: boolean): void {
    if (!isWriting) {
      stop();
      return;
    }
    if (Date.now() - toldAtMs >= EVERY_MS) {
      toldAtMs = Date.now();
      desk.tellTyping(interactionId(), true);
    }
    window.clearTimeout(quiet);
    quiet = window.setTimeout(stop, ENDS_MS);
  }

  onUnmounted(stop);
  return { typed, stop };
}
