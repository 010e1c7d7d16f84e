/** Something done again and again while its page is mounted and somebody can see it. */

import { onBeforeUnmount, onMounted } from 'vue';

/** `work` now, and `periodMs` after each time it ended; a hidden window waits, and is up to date as soon as it is seen. */
export function whileVisible(work: () => Promise<void>, periodMs: number): void {
  let timer = 0;
  let isGone = false;
  let isUnderWay = false;

  async function round(): Promise<void> {
    window.clearTimeout(timer);
    if (isUnderWay || isGone || document.hidden) return;
    isUnderWay = true;
    try {
      await work();
    } finally {
      isUnderWay = false;
      if (!isGone) timer = window.setTimeout(round, periodMs);
    }
  }
  const seen = () => void round();
  onMounted(() => {
    document.addEventListener('visibilitychange', seen);
    void round();
  });
  onBeforeUnmount(() => {
    isGone = true;
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  });
}
