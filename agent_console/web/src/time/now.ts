/** The hub's time on this screen: one ticking clock for every countdown, corrected by what the hub says. */

import { ref } from 'vue';

/** Milliseconds of the hub's clock, four times a second. */
export const now = ref(Date.now());

let aheadMs = 0;

/** The hub said what time it is. */
export function hubSaid(serverTime: string): void {
  aheadMs = Date.parse(serverTime) - Date.now();
}

/** The hub's time this moment, in milliseconds. */
export const hubNow = (): number => Date.now() + aheadMs;

/** A second clock, for what changes once a second. */
export const second = ref(Math.floor(Date.now() / 1000) * 1000);

/** Starts both clocks; called once. */
export function startClock(): void {
  window.setInterval(() => {
    now.value = hubNow();
    const whole = Math.floor(now.value / 1000) * 1000;
    if (whole !== second.value) second.value = whole;
  }, 250);
}
