/** The words of the pages of replies, macros and articles, which are loaded with the pages: few people write them. */

import type en from '@/i18n/areas/knowledge_pages.en';
import { i18n, type Shape } from '@/i18n/text';

export type KnowledgePages = Shape<typeof en>;

interface Merging {
  mergeLocaleMessage(locale: string, words: unknown): void;
}

/** The page, once its words are there. */
export async function withKnowledgeWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/knowledge_pages.en'),
    import('@/i18n/areas/knowledge_pages.ru'),
    import('@/i18n/areas/knowledge_pages.tr'),
  ]);
  const known = i18n.global as unknown as Merging;
  for (const [language, words] of Object.entries({ en, ru, tr })) known.mergeLocaleMessage(language, { knowledge: words.default });
  return shown;
}
