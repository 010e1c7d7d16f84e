/** Opening hours as they are written and painted: slots of minutes, "09:00–18:00, 22:00–06:00", half hours on a grid. */

import type { Slot } from '@/generated/api';

export const DAY_MIN = 1440;
export const STEP_MIN = 30;
export const STEPS = DAY_MIN / STEP_MIN;

const TIME = /^(\d{1,2})(?::?([0-5]\d))?$/;

/** The slots of a line such as "9-12, 13:00–18:30, 22:00–06:00"; null for one that is none. Empty: closed. */
export function slotsOf(line: string): readonly Slot[] | null {
  const parts = line.split(/[,;]/).map((part) => part.trim()).filter(Boolean);
  const slots: Slot[] = [];
  for (const part of parts) {
    const [from, to, more] = part.split(/\s*[-–—]\s*/).map(minutesOf);
    if (from === undefined || to === undefined || from === null || to === null || more !== undefined || from >= DAY_MIN || to > DAY_MIN) return null;
    slots.push({ from_min: from, to_min: to > from ? to : to + DAY_MIN });
  }
  slots.sort((a, b) => a.from_min - b.from_min);
  return slots.some((slot, n) => slot.from_min < (slots[n - 1]?.to_min ?? 0)) ? null : slots;
}

export const lineOf = (slots: readonly Slot[]): string => slots.map((slot) => `${clockOf(slot.from_min)}–${clockOf(slot.to_min)}`).join(', ');

/** 24:00 is the end of a day; what ends on the next one is written as the clock shows it then. */
export function clockOf(minutes: number): string {
  const of = minutes > DAY_MIN ? minutes - DAY_MIN : minutes;
  return `${String(Math.floor(of / 60)).padStart(2, '0')}:${String(of % 60).padStart(2, '0')}`;
}

function minutesOf(word: string): number | null {
  const found = TIME.exec(word.trim());
  if (!found) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return minutes <= DAY_MIN ? minutes : null;
}

export type Half = 'open' | 'before' | 'part' | 'closed';

/** How a half hour of a day stands: `before` is open by a slot of the day before, `part` only in part. */
export function halfOf(today: readonly Slot[], yesterday: readonly Slot[], step: number): Half {
  const from = step * STEP_MIN;
  const covered = (slots: readonly Slot[], shift: number) =>
    slots.reduce((sum, slot) => sum + Math.max(0, Math.min(slot.to_min - shift, from + STEP_MIN) - Math.max(slot.from_min - shift, from)), 0);
  const own = covered(today, 0);
  if (own >= STEP_MIN) return 'open';
  if (own > 0) return 'part';
  return covered(yesterday, DAY_MIN) > 0 ? 'before' : 'closed';
}

/** The day's slots with the half hours from `a` to `b` opened or closed; touching slots become one. */
export function painted(slots: readonly Slot[], a: number, b: number, isOpen: boolean): readonly Slot[] {
  const from = Math.min(a, b) * STEP_MIN;
  const to = (Math.max(a, b) + 1) * STEP_MIN;
  const kept = slots.flatMap((slot) => [
    { from_min: slot.from_min, to_min: Math.min(slot.to_min, from) },
    { from_min: Math.max(slot.from_min, to), to_min: slot.to_min },
  ]);
  const all = [...kept, ...(isOpen ? [{ from_min: from, to_min: to }] : [])]
    .filter((slot) => slot.to_min > slot.from_min && slot.from_min < DAY_MIN)
    .sort((x, y) => x.from_min - y.from_min);
  const merged: Slot[] = [];
  for (const slot of all) {
    const last = merged.at(-1);
    if (last && last.to_min >= slot.from_min) merged[merged.length - 1] = { from_min: last.from_min, to_min: Math.max(last.to_min, slot.to_min) };
    else merged.push(slot);
  }
  return merged;
}

/** The days of a month, with as many empty places before them as the week has days before the first (Monday first). */
export function monthOf(year: number, month: number): readonly (string | null)[] {
  const first = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7;
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return [...Array.from({ length: first }, () => null), ...Array.from({ length: days }, (_, n) => dateOf(year, month, n + 1))];
}

export const dateOf = (year: number, month: number, day: number): string => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

/** The date so many days later, within its year. */
export function shifted(on: string, days: number): string {
  const at = new Date(`${on}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  const next = at.toISOString().slice(0, 10);
  return next.slice(0, 4) === on.slice(0, 4) ? next : on;
}
