/** What of the hub's status needs somebody to look, and how sizes and delays are written. */

import { toldWords } from '@/desks/admin/mail/told';
import type { ExaminedView, FindingView, StatusView } from '@/generated/api';
import { text } from '@/i18n/text';

/** A loop that was late by so much kept everybody waiting. */
const LATE_MS = 250;
/** Above it the parts of the hub are behind what is committed. */
const MANY_NEWS = 1_000;

export type Concern = 'weak' | 'disk' | 'lag' | 'down' | 'outbox' | 'webhooks';

export function concernsOf(status: StatusView): ReadonlySet<Concern> {
  const found = new Set<Concern>();
  if (status.database.weak.length) found.add('weak');
  if (status.disk.is_low) found.add('disk');
  if (status.lag_worst_ms >= LATE_MS) found.add('lag');
  if (status.channels.some(({ state }) => state === 'down')) found.add('down');
  if (status.outbox >= MANY_NEWS) found.add('outbox');
  if (status.webhooks_failing) found.add('webhooks');
  return found;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `812 kB`, `2.4 GB`; in thousands, as disks are sold. */
export function sizeWords(bytes: number, locale: string): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1_000 ** step;
  return new Intl.NumberFormat(locale, { style: 'unit', unit: UNITS[step], maximumFractionDigits: value < 10 && step > 1 ? 1 : 0 }).format(value);
}

export const delayWords = (ms: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond', maximumFractionDigits: ms < 10 ? 1 : 0 }).format(ms);

/** The worst of what a test found. */
export const worstOf = (examined: ExaminedView): FindingView['health'] =>
  (['fail', 'warn'] as const).find((health) => examined.findings.some((one) => one.health === health)) ?? 'ok';

/** What was found, in the language of the reader; a code that is newer than we are is told in the hub's own words. */
export function foundWords(finding: FindingView): string {
  const key = `hub_status.found.${finding.code}`;
  if (!text.has(key)) return finding.text;
  const { told, said } = finding.values;
  const words = Object.entries(finding.values).map(([name, value]) => {
    if (name === 'free_bytes' && typeof value === 'number') return ['free', sizeWords(value, text.locale)];
    if (name === 'said' && typeof told === 'string') return [name, toldWords(told, finding.values, String(said))];
    return [name, typeof value === 'number' ? text.number(value) : value];
  });
  return text.t(key, Object.fromEntries(words));
}

export function remedyWords(finding: FindingView): string {
  const key = `hub_status.remedy.${finding.code}`;
  return text.has(key) ? text.t(key) : finding.remedy;
}
