/** Sizes and moments in the visitor's words. */

/** "48 kB", "2.4 MB". */
export function fileSize(lang: string, bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [Math.max(1, Math.round(bytes / 1000)), "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
}

/** "today, 17:00", "Monday, 09:00", "3 March, 09:00": as near as it is. */
export function moment(lang: string, at: number, now: number): string {
  const time = new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" }).format(at);
  const days = Math.round((startOfDay(at) - startOfDay(now)) / 86_400_000);
  if (days === 0 || days === 1) {
    return `${new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(days, "day")}, ${time}`;
  }
  const form: Intl.DateTimeFormatOptions =
    days > 1 && days < 7 ? { weekday: "long" } : { day: "numeric", month: "long" };
  return `${new Intl.DateTimeFormat(lang, form).format(at)}, ${time}`;
}

function startOfDay(at: number): number {
  const day = new Date(at);
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}
