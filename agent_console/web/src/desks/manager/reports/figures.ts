/** A report's figures on this screen: how each is written, and how it stands against the period before. */

import type { ReportFigure, ReportGroup } from '@/generated/api';
import type { Text } from '@/i18n/text';

export const FIGURES = [
  'offered', 'answered', 'abandoned', 'short_abandon', 'flowed_out', 'callback', 'still_waiting', 'abandonment_rate', 'asa', 'aht', 'csat', 'csat_mean', 'response_rate', 'late_first_response', 'late_next_response', 'late_resolution', 'occupancy',
] as const;
export const LEVELS = [
  'strict', 'every_abandon', 'genesys', 'genesys_with_flow_out', 'genesys_without_short', 'genesys_with_flow_out_without_short', 'connect', 'asterisk', 'asterisk2',
] as const;
export type FigureName = (typeof FIGURES)[number] | (typeof LEVELS)[number];

/** The columns of the table by group: the strict level stands beside what is counted. */
export const IN_TABLE: readonly FigureName[] = ['offered', 'answered', 'abandoned', 'abandonment_rate', 'strict', 'asa', 'aht', 'csat', 'flowed_out', 'callback', 'still_waiting', 'late_first_response', 'late_next_response', 'late_resolution'];

/** The columns of this report: an occupancy stands only where the hub made one, by agent and of all queues and channels. */
export const columnsOf = (total: ReportGroup): readonly FigureName[] =>
  figureOf(total, 'occupancy') ? IN_TABLE.flatMap((name): FigureName[] => (name === 'aht' ? ['aht', 'occupancy'] : [name])) : IN_TABLE;

/** What can be drawn. */
export const DRAWN: readonly FigureName[] = ['offered', 'answered', 'abandoned', 'strict', 'abandonment_rate', 'asa', 'aht', 'csat'];

export const figureOf = (group: ReportGroup, name: FigureName): ReportFigure | undefined =>
  [...group.figures, ...group.service_levels].find((figure) => figure.name === name);

/** `84.1%`, `0:42`, `1,024`, `4.2`; a dash where there is nothing to compute from. */
export function written(name: string, value: number | null, unit: string, text: Text): string {
  if (value === null) return '–';
  if (unit === 'share') return text.percent(value, 1);
  if (unit === 's') return text.clock(Math.round(value));
  return name === 'csat_mean' ? text.number(Math.round(value * 100) / 100) : text.number(value);
}

export interface Change {
  readonly way: 'up' | 'down' | 'same';
  /** Whether that is good news; null where it is neither. */
  readonly isBetter: boolean | null;
}

const MORE_IS_WORSE: ReadonlySet<string> = new Set(['abandoned', 'abandonment_rate', 'asa', 'still_waiting', 'short_abandon']);
const NEITHER: ReadonlySet<string> = new Set(['occupancy', 'offered', 'aht', 'flowed_out', 'callback', 'answered']);

/** How it changed, at the precision that is shown; null without both values. */
export function changeOf(name: string, figure: Pick<ReportFigure, 'value' | 'before' | 'unit'>): Change | null {
  const { value, before, unit } = figure;
  if (value === null || before === null) return null;
  const shown = (n: number): number => (unit === 'share' ? Math.round(n * 1000) : name === 'csat_mean' ? Math.round(n * 100) : Math.round(n));
  const difference = shown(value) - shown(before);
  if (difference === 0) return { way: 'same', isBetter: null };
  const way = difference > 0 ? 'up' : 'down';
  if (NEITHER.has(name)) return { way, isBetter: null };
  return { way, isBetter: MORE_IS_WORSE.has(name) ? way === 'down' : way === 'up' };
}

/** `+240`, `−3.1 pp`, `+0:12`: how much it changed; empty without both values or without a change that shows. */
export function differenceOf(name: string, figure: Pick<ReportFigure, 'value' | 'before' | 'unit'>, text: Text): string {
  const change = changeOf(name, figure);
  if (!change || change.way === 'same') return '';
  const by = Math.abs((figure.value ?? 0) - (figure.before ?? 0));
  const sign = change.way === 'up' ? '+' : '−';
  if (figure.unit === 'share') return text.t('manager.points', { n: sign + text.number(Math.round(by * 1000) / 10) });
  return sign + written(name, by, figure.unit, text);
}
