/** When to try again, when to call the line stale: the times of the live socket. */

export const PING_EVERY_MS = 5_000;
/** Two ticks are missing by then, and the screen says so before ten seconds are over. */
export const STALE_AFTER_MS = 9_000;

const SHORTEST_MS = 250;
const LONGEST_MS = 5_000;

/** How long to wait before attempt `n` (0 is the first repeat); `chance` is 0 to 1. Doubles, half of it jitter. */
export function pauseBefore(n: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(n, 10));
  return Math.max(SHORTEST_MS, whole / 2 + (whole / 2) * chance);
}

/** How the line to the hub stands, for the light. */
export type Light =
  | { readonly state: 'live' }
  | { readonly state: 'catching_up' }
  /** There is no line to the hub; another is being tried. */
  | { readonly state: 'lost' }
  /** Nothing was heard since then: what is on the screen may be old. */
  | { readonly state: 'stale'; readonly sinceMs: number };

/** The light of a line that is (not) up to date, or lost, and was last heard at `heardAtMs`. */
export function lightOf(isCurrent: boolean, heardAtMs: number, nowMs: number, isLost = false): Light {
  if (nowMs - heardAtMs >= STALE_AFTER_MS) return { state: 'stale', sinceMs: heardAtMs };
  if (isLost) return { state: 'lost' };
  return { state: isCurrent ? 'live' : 'catching_up' };
}
