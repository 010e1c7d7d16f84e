/** Places, waits, days and times in the visitor's words. */

import type { Texts, Wait } from "./texts/texts";

/** The place in line and the estimated wait, in seconds or null: "You are 3rd in line, about 2 min". */
export function placeInLine(texts: Texts, place: number, ewtS: number | null): string {
  return texts.place(place, ewtS === null ? null : roundedWait(ewtS));
}

/** "Today", "Yesterday", or the date; with the year where it is another one. */
export function dayName(lang: string, at: number, now: number): string {
  const [day, today] = [new Date(at), new Date(now)];
  const daysAgo = Math.round((startOfDay(today) - startOfDay(day)) / 86_400_000);
  if (daysAgo === 0 || daysAgo === 1) {
    const word = new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(-daysAgo, "day");
    return word.charAt(0).toLocaleUpperCase(lang) + word.slice(1);
  }
  const year = day.getFullYear() === today.getFullYear() ? {} : { year: "numeric" as const };
  return new Intl.DateTimeFormat(lang, { day: "numeric", month: "long", ...year }).format(day);
}

export function timeOfDay(lang: string, at: number): string {
  return new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" }).format(at);
}

export function sameDay(a: number, b: number): boolean {
  return startOfDay(new Date(a)) === startOfDay(new Date(b));
}

function roundedWait(ewtS: number): Wait {
  if (ewtS < 45) {
    return "short";
  }
  return ewtS > 3600 ? "long" : { minutes: Math.max(1, Math.round(ewtS / 60)) };
}

function startOfDay(day: Date): number {
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}
