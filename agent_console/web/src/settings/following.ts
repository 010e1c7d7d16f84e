/** Puts this browser's choices and the hub's copy of them together, while somebody is signed in. */

import { watch } from 'vue';
import { Refusal, request } from '@/api/http';
import type { PreferencesView } from '@/generated/api';
import { HubCopy } from '@/settings/hub-copy';
import { followOtherWindows, preferences } from '@/settings/preferences';

const PATH = '/me/preferences';

export const hubCopy = new HubCopy(preferences, {
  get: () => request<PreferencesView>(PATH),
  put: (body) => request<PreferencesView>(PATH, { method: 'PUT', body }),
  later: (ms, run) => {
    const timer = window.setTimeout(run, ms);
    return () => window.clearTimeout(timer);
  },
  isFinal: (error) => error instanceof Refusal && error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429,
  nowMs: () => Date.now(),
  storage: {
    getItem: (key) => localStorage.getItem(key),
    setItem: (key, value) => localStorage.setItem(key, value),
    removeItem: (key) => localStorage.removeItem(key),
  },
});

export function followHubCopy(): void {
  watch(() => JSON.stringify(preferences), () => hubCopy.changed());
  followOtherWindows((change) => hubCopy.takeOver(change));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void hubCopy.looked();
  });
}
