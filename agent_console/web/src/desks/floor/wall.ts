/** The full screen for a wall: `f` begins and ends it; the screen is kept awake where the browser can. */

import { onMounted, onUnmounted, ref } from 'vue';
import { isTypedInto } from '@/shell/keys';

/** Whether `press` is the key of the wall: the letter on any layout, with nothing held. */
export const isWallKey = (press: { readonly key: string; readonly code: string; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly altKey: boolean }): boolean =>
  !press.ctrlKey && !press.metaKey && !press.altKey && (press.key.toLowerCase() === 'f' || (press.code === 'KeyF' && !/^[a-z]$/i.test(press.key)));

export function useWall() {
  const isOn = ref(false);
  let awake: WakeLockSentinel | null = null;

  async function stayAwake(): Promise<void> {
    try {
      if (isOn.value && !document.hidden && 'wakeLock' in navigator) awake = await navigator.wakeLock.request('screen');
    } catch {
      // not permitted here: the screen sleeps when it likes
    }
  }

  async function toggle(): Promise<void> {
    isOn.value = !isOn.value;
    if (isOn.value) {
      await document.documentElement.requestFullscreen?.().catch(() => undefined);
      await stayAwake();
    } else {
      await awake?.release().catch(() => undefined);
      awake = null;
      if (document.fullscreenElement) await document.exitFullscreen().catch(() => undefined);
    }
  }

  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || isTypedInto(event.target) || document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]')) return;
    if (isWallKey(event) || (isOn.value && event.key === 'Escape')) {
      event.preventDefault();
      void toggle();
    }
  }
  /** The browser ended it by its own key. */
  function left(): void {
    if (isOn.value && document.fullscreenElement === null && document.fullscreenEnabled) void toggle();
  }
  // the lock ends with every look away
  const looked = (): void => void stayAwake();

  onMounted(() => {
    window.addEventListener('keydown', pressed);
    document.addEventListener('fullscreenchange', left);
    document.addEventListener('visibilitychange', looked);
  });
  onUnmounted(() => {
    window.removeEventListener('keydown', pressed);
    document.removeEventListener('fullscreenchange', left);
    document.removeEventListener('visibilitychange', looked);
    void awake?.release().catch(() => undefined);
    if (isOn.value && document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
  });
  return { isOn, toggle };
}
