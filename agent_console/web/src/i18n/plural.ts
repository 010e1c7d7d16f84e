/** Which of a message's plural forms a number takes: the order of the forms is one, few, many, other. */

const ORDER = ['one', 'few', 'many', 'other'] as const;

/** The index into `forms` forms separated by `|`; a message with a single form has it for every number. */
export function pluralIndex(locale: string, n: number, forms: number): number {
  const rules = new Intl.PluralRules(locale);
  const used = ORDER.filter((category) => rules.resolvedOptions().pluralCategories.includes(category));
  const index = used.indexOf(rules.select(n) as (typeof ORDER)[number]);
  return Math.max(0, Math.min(index, forms - 1));
}
