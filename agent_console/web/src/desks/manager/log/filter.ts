/** The filter of the log as it stands in the address: shareable, and what the hub is asked with. */

import type { Query } from '@/api/manager';

/** Filters with a list of values. */
export const LISTS = ['queue', 'agent', 'channel', 'direction', 'state', 'outcome', 'disposition', 'language', 'tier', 'tag', 'score', 'late', 'person'] as const;
export type ListName = (typeof LISTS)[number];
/** Filters with one value. */
export const SINGLES = ['from', 'to', 'waited_from', 'waited_below', 'in_time', 'handled', 'rated', 'failed', 'short', 'q'] as const;
export type SingleName = (typeof SINGLES)[number];
export type FilterName = ListName | SingleName;

export const ORDERS = ['start', 'wait', 'duration'] as const;
export type Order = (typeof ORDERS)[number];

export type Filter = Readonly<Partial<Record<FilterName, string>>>;

export interface Asked {
  readonly filter: Filter;
  readonly order: Order;
  readonly descending: boolean;
  /** Names of columns; empty: one's own, or the usual ones. */
  readonly columns: readonly string[];
}

export const CHANNELS = ['webchat', 'email', 'telegram', 'sip'] as const;
export const STATES = ['open', 'waiting', 'assigned', 'wrap_up', 'closed'] as const;
export const OUTCOMES = ['answered', 'abandoned', 'flowed_out', 'callback', 'still_waiting'] as const;
export const DIRECTIONS = ['inbound', 'outbound'] as const;
export const SHORTS = ['only', 'without'] as const;
export const TIERS = ['standard', 'silver', 'gold'] as const;
export const LANGUAGES = ['en', 'ru', 'tr'] as const;
export const LATES = ['first_response', 'next_response', 'resolution'] as const;
export const SCORES = ['5', '4', '3', '2', '1'] as const;

const LONGEST = 2_000;
const NAMES: readonly FilterName[] = [...LISTS, ...SINGLES];

/** What the query of an address says; words that are none of ours are left out. */
export function askedBy(query: Readonly<Record<string, unknown>>): Asked {
  const filter: Partial<Record<FilterName, string>> = {};
  for (const name of NAMES) {
    const value = textOf(query[name]);
    if (value) filter[name] = value.slice(0, LONGEST);
  }
  const order = ORDERS.find((known) => known === textOf(query.order)) ?? 'start';
  return { filter, order, descending: textOf(query.dir) !== 'asc', columns: listed(textOf(query.columns)) };
}

/** The query of the address for it; what is usual is not written. */
export function addressOf(asked: Asked): Query {
  return {
    ...asked.filter,
    ...(asked.order === 'start' ? {} : { order: asked.order }),
    ...(asked.descending ? {} : { dir: 'asc' }),
    ...(asked.columns.length ? { columns: asked.columns.join(',') } : {}),
  };
}

/** What the hub is asked. */
export const questionOf = (asked: Asked): Query => ({
  ...asked.filter,
  order: asked.order,
  descending: String(asked.descending),
});

/** The filter with other values of one kind; none takes it out. */
export function withValues(filter: Filter, name: FilterName, values: readonly string[] | string): Filter {
  const { [name]: _, ...others } = filter;
  const value = typeof values === 'string' ? values.trim() : values.join(',');
  return value ? { ...others, [name]: value } : others;
}

export const valuesOf = (filter: Filter, name: FilterName): readonly string[] => listed(filter[name] ?? '');

/** The values with one more, or one less. */
export const toggled = (values: readonly string[], value: string): readonly string[] =>
  values.includes(value) ? values.filter((other) => other !== value) : [...values, value];

const listed = (words: string): readonly string[] => [...new Set(words.split(',').map((word) => word.trim()).filter(Boolean))];

const textOf = (value: unknown): string => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
};
