/** Words that are loaded with the page that says them: what few people read does not wait in everybody's first load. */

import { i18n } from '@/i18n/text';

interface Merging {
  mergeLocaleMessage(locale: string, words: unknown): void;
}

/** Puts the words of one area beside those that are there, in every language. */
export function learnt(area: string, languages: Readonly<Record<string, unknown>>): void {
  const known = i18n.global as unknown as Merging;
  for (const [language, words] of Object.entries(languages)) known.mergeLocaleMessage(language, { [area]: words });
}
