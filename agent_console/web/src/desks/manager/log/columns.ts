/** The columns of the log: which there are, and which somebody chose in which order. */

import type { Order } from '@/desks/manager/log/filter';

export const COLUMNS = [
  'start', 'person', 'channel', 'direction', 'queue', 'agent', 'outcome', 'state', 'wait', 'handle', 'duration', 'disposition', 'score', 'language', 'tier', 'passes', 'last_text', 'note',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

export const USUAL: readonly ColumnName[] = ['start', 'person', 'channel', 'direction', 'queue', 'agent', 'outcome', 'wait', 'handle', 'disposition', 'score', 'last_text'];

/** Columns by which the log can be sorted. */
export const SORTED_BY: Readonly<Partial<Record<ColumnName, Order>>> = { start: 'start', wait: 'wait', duration: 'duration' };
export const NUMBERS: ReadonlySet<ColumnName> = new Set(['wait', 'handle', 'duration', 'score', 'passes']);

/** The columns of these names, in their order, the beginning of work always among them. */
export function columnsOf(names: readonly string[]): readonly ColumnName[] {
  const known = [...new Set(names)].filter((name): name is ColumnName => (COLUMNS as readonly string[]).includes(name));
  if (!known.length) return USUAL;
  return known.includes('person') ? known : ['person', ...known];
}

/** The list with the column at `from` moved by `by` places. */
export function moved(columns: readonly ColumnName[], name: ColumnName, by: number): readonly ColumnName[] {
  const from = columns.indexOf(name);
  const to = from + by;
  if (from < 0 || to < 0 || to >= columns.length) return columns;
  const others = columns.filter((other) => other !== name);
  return [...others.slice(0, to), name, ...others.slice(to)];
}
