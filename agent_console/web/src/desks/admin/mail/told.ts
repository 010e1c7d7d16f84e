/** What came of asking a mail server or Telegram, in the language of the reader; the server's own words stay as they came. */

import { text } from '@/i18n/text';

export type Values = Readonly<Record<string, string | number>>;

export interface Told {
  readonly sentence: string;
  /** What the server itself said, in whatever language; empty: nothing of it is known. */
  readonly quote: string;
}

/** `english`: the hub's own sentence, which stands for a code that is newer than we are. It quotes what there is. */
export function toldOf(code: string, values: Values, english: string, area: 'mail_told' | 'telegram_told' = 'mail_told'): Told {
  const key = `${area}.${code}`;
  if (!code || !text.has(key)) return { sentence: english, quote: '' };
  const { count } = values;
  const words = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? text.number(value) : value]));
  return { sentence: text.t(key, words, typeof count === 'number' ? count : undefined), quote: String(values.quote ?? '') };
}

/** In one piece, for where there is room for plain text only. */
export function toldWords(code: string, values: Values, english: string): string {
  const { sentence, quote } = toldOf(code, values, english);
  return quote ? `${sentence} ${text.t('mail_told.words', { quote: `“${quote}”` })}` : sentence;
}
