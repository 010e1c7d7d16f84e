/** How long to wait before the next attempt to reach the hub. */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * The delay before attempt `attempt` (0 is the first retry): it doubles up to 30 s, and `random` (0 to 1) takes up to
 * half of it away, so that the visitors of a hub that went down do not all come back in the same moment.
 */
export function retryDelayMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (1 - random / 2));
}
