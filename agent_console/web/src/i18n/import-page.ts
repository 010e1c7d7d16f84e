/** The words of imports, which are loaded with their page. */

import type en from '@/i18n/areas/import_page.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type ImportWords = Shape<typeof en>;

/** The page, once its words are there. */
export async function withImportWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/import_page.en'),
    import('@/i18n/areas/import_page.ru'),
    import('@/i18n/areas/import_page.tr'),
  ]);
  learnt('imports', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
