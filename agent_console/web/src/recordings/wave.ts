/** The picture of a recording, and what its slider does: plain sums. */

/** Half the height of a lane, in the units of the picture. */
export const LANE = 16;

/** The outline of one side's peaks (0 to 255): a bar each around the middle of a lane, at least a line. */
export function outline(peaks: readonly number[], lane: number): string {
  const middle = LANE * (2 * lane + 1);
  return peaks
    .map((peak, n) => {
      const half = Math.max(0.4, Math.sqrt(peak / 255) * (LANE - 2));
      return `M${n + 0.15} ${(middle - half).toFixed(2)}h.7v${(2 * half).toFixed(2)}h-.7z`;
    })
    .join('');
}

/** Where in the recording a place of the picture is, in seconds. */
export const secondsAt = (x: number, width: number, duration: number): number =>
  width > 0 ? Math.min(Math.max(x / width, 0), 1) * duration : 0;

const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 30, PageDown: -30, Home: -Infinity, End: Infinity,
};

/** Where a key of the slider leads, in seconds; null for a key that leads nowhere. */
export function steppedTo(key: string, now: number, duration: number): number | null {
  const step = STEPS[key];
  return step === undefined ? null : Math.min(Math.max(now + step, 0), duration);
}

/** Where something at that second stands, in percent of the width. */
export const percentAt = (seconds: number, duration: number): number =>
  duration > 0 ? Math.min(Math.max((seconds / duration) * 100, 0), 100) : 0;
