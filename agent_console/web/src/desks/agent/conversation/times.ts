/** Times to come that people choose from: for a reply that is sent later, and for work laid aside. */

export type Preset = 'hour' | 'hours' | 'evening' | 'tomorrow' | 'monday';
export interface Choice {
  readonly preset: Preset;
  readonly atMs: number;
}

const HOUR_MS = 3_600_000;
const MORNING = 9;
const EVENING = 18;

/** What makes sense now, in the time of this computer; the nearest first. */
export function choices(nowMs: number): readonly Choice[] {
  const found: Choice[] = [
    { preset: 'hour', atMs: nowMs + HOUR_MS },
    { preset: 'hours', atMs: nowMs + 3 * HOUR_MS },
    { preset: 'evening', atMs: at(nowMs, 0, EVENING) },
    { preset: 'tomorrow', atMs: at(nowMs, 1, MORNING) },
    { preset: 'monday', atMs: at(nowMs, ((8 - new Date(nowMs).getDay()) % 7) || 7, MORNING) },
  ];
  // an evening that is nearly here or over is no choice, nor a Monday that is tomorrow
  return found.filter(({ preset, atMs }, n) => (preset !== 'evening' || atMs - nowMs > HOUR_MS) && found.findIndex((other) => other.atMs === atMs) === n);
}

function at(nowMs: number, days: number, hour: number): number {
  const day = new Date(nowMs);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour).getTime();
}

/** As a field of date and time has it: local, to the minute. */
export function fieldValue(ms: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** The instant of such a field, or null for what is no time or not to come. */
export function chosenTime(value: string, nowMs: number): number | null {
  const ms = new Date(value).getTime();
  return Number.isFinite(ms) && ms > nowMs ? ms : null;
}
