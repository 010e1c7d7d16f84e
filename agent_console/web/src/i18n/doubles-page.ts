/** The words of records that may be one person, and of shared lines, which are loaded with their pages. */

import type en from '@/i18n/areas/doubles_page.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type DoublesWords = Shape<typeof en>;

/** The page, once its words are there. */
export async function withDoublesWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/doubles_page.en'),
    import('@/i18n/areas/doubles_page.ru'),
    import('@/i18n/areas/doubles_page.tr'),
  ]);
  learnt('doubles', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
