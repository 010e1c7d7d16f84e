/** Durations, instants and numbers as people of each language write them. */

/** `0:42`, `12:04`, `1:02:03`; from two days on, days. Never negative. */
export function clock(seconds: number, locale = 'en'): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= 172_800) return days(whole, locale);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function days(seconds: number, locale: string): string {
  return cached(`d${locale}`, () =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'short' }),
  ).format(Math.floor(seconds / 86_400));
}

/** Seconds from `at` to `nowMs`, never negative. */
export const secondsSince = (at: string, nowMs: number): number => Math.max(0, (nowMs - Date.parse(at)) / 1000);

/** Seconds from `nowMs` to `at`, never negative. */
export const secondsUntil = (at: string, nowMs: number): number => Math.max(0, (Date.parse(at) - nowMs) / 1000);

/** `14:05`, in the zone of this machine unless another one is named. */
export const timeOfDay = (at: string | number, locale: string, timeZone?: string): string =>
  dateFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(at));

/** The zone of this machine, as `Europe/Berlin`. */
export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `14:05:09`. */
export const timeWithSeconds = (at: string | number, locale: string): string =>
  dateFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(at));

/** `14 Nov 2026, 14:05:09`. */
export const instant = (at: string, locale: string): string =>
  dateFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }).format(new Date(at));

/** `14 Nov`, with the year if it is another one. */
export function shortDay(at: string, locale: string, nowMs: number): string {
  const isThisYear = new Date(at).getFullYear() === new Date(nowMs).getFullYear();
  return dateFormat(locale, { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) }).format(new Date(at));
}

/** `14:05` for today, else the day. */
export const timeOrDay = (at: string, locale: string, nowMs: number): string =>
  dayNumber(Date.parse(at)) === dayNumber(nowMs) ? timeOfDay(at, locale) : shortDay(at, locale, nowMs);

/** `14:05` for today, else `15 Nov, 14:05`: to the minute, for what people choose to the minute. */
export const moment = (at: string, locale: string, nowMs: number): string =>
  dayNumber(Date.parse(at)) === dayNumber(nowMs) ? timeOfDay(at, locale) : `${shortDay(at, locale, nowMs)}, ${timeOfDay(at, locale)}`;

/** `Today`, `Yesterday`, `14 November`, `14 November 2025`. */
export function dayHeading(at: string, locale: string, nowMs: number): string {
  const distance = dayNumber(Date.parse(at)) - dayNumber(nowMs);
  if (distance === 0 || distance === -1) {
    const word = cached(`r${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })).format(distance, 'day');
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  const isThisYear = new Date(at).getFullYear() === new Date(nowMs).getFullYear();
  return dateFormat(locale, { day: 'numeric', month: 'long', ...(isThisYear ? {} : { year: 'numeric' }) }).format(new Date(at));
}

/** Counts local calendar days, so that two instants of one day have one number. */
export function dayNumber(ms: number): number {
  const local = new Date(ms);
  return Math.round(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / 86_400_000);
}

export const number = (value: number, locale: string): string =>
  cached(`n${locale}`, () => new Intl.NumberFormat(locale)).format(value);

/** `84%`, `84 %`, `%84`. */
export const percent = (share: number, locale: string, digits = 0): string =>
  cached(`p${locale}${digits}`, () => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits })).format(share);

/** `Boris, Cem and Olga`. */
export const listed = (things: readonly string[], locale: string): string =>
  cached(`l${locale}`, () => new Intl.ListFormat(locale, { type: 'conjunction' })).format(things);

/** The language's own name in `locale`, or the tag when it has none. */
export function languageName(tag: string, locale: string): string {
  if (!tag) return '';
  try {
    return cached(`t${locale}`, () => new Intl.DisplayNames(locale, { type: 'language' })).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const made = new Map<string, unknown>();

function cached<T>(key: string, make: () => T): T {
  let found = made.get(key) as T | undefined;
  if (found === undefined) {
    found = make();
    made.set(key, found);
  }
  return found;
}

const dateFormat = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  cached(`f${locale}${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));
