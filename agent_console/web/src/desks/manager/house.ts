/** The house's calendar on this screen: what day it is there, and the periods people ask for. */

import { reactive } from 'vue';
import * as calls from '@/api/manager';
import { hubNow } from '@/time/now';

/** `zone` is UTC until the hub has said which it is. */
export const house = reactive({ zone: 'UTC', isKnown: false });

/** Ask the hub once. Throws Refusal. */
export async function knowHouse(signal?: AbortSignal): Promise<void> {
  if (house.isKnown) return;
  const { time_zone } = await calls.houseTime(signal);
  house.zone = time_zone;
  house.isKnown = true;
}

export const PRESETS = ['today', 'yesterday', 'week', 'last7', 'month', 'last30'] as const;
export type Preset = (typeof PRESETS)[number];

/** Days of the house, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** `2026-01-31`: the day it is in `zone`. */
export function dayIn(zone: string, ms: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

/** The instant, in ms, at which `day` begins in `zone`; where the clock skips midnight, the first that the day has. */
export function dayStart(zone: string, day: string): number {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  const first = wanted - aheadOf(zone, wanted);
  const second = wanted - aheadOf(zone, first);
  return dayIn(zone, second) < day ? first : second;
}

/** How many ms the clocks of `zone` are ahead of UTC at an instant. */
function aheadOf(zone: string, ms: number): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return Date.parse(`${format.format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000;
}

/** The day `days` after `day`; days of the calendar, whatever the clock does. */
export function shifted(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The period a preset means, if today is `today`. Weeks begin on Monday. */
export function daysOf(preset: Preset, today: string): Days {
  const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: shifted(today, -1), to: shifted(today, -1) };
    case 'week':
      return { from: shifted(today, -weekday), to: today };
    case 'last7':
      return { from: shifted(today, -6), to: today };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case 'last30':
      return { from: shifted(today, -29), to: today };
  }
}

export const today = (): string => dayIn(house.zone, hubNow());

/** The preset that these days are, if any. */
export const presetOf = (days: Days, now: string): Preset | null =>
  PRESETS.find((preset) => {
    const { from, to } = daysOf(preset, now);
    return from === days.from && to === days.to;
  }) ?? null;

/** `28 Nov 2026, 14:05:09` on the clock of the house. */
export function houseInstant(at: string, locale: string): string {
  return formatOf(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

/** `28 Nov, 14:05` on the clock of the house. */
export function houseMoment(at: string, locale: string): string {
  return formatOf(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

/** `14:05` on the clock of the house. */
export function houseTimeOfDay(at: string | number, locale: string): string {
  return formatOf(locale, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

/** `28 Nov` on the calendar of the house, with the year if it is told to. */
export function houseDay(at: string | number, locale: string, hasYear = false): string {
  return formatOf(locale, { day: 'numeric', month: 'short', ...(hasYear ? { year: 'numeric' } : {}) }).format(new Date(at));
}

/** `14:05:09` on the clock of the house. */
export function houseTimeWithSeconds(at: string, locale: string): string {
  return formatOf(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at));
}

/** `28 November 2026` of a day. */
export function dayWords(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

const made = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${house.zone} ${JSON.stringify(options)}`;
  let format = made.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...options, hourCycle: 'h23', timeZone: house.zone });
    made.set(key, format);
  }
  return format;
}
