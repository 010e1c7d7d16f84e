/** The words of writing to a client first, which are loaded with the dialog. */

import type en from '@/i18n/areas/start.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type Start = Shape<typeof en>;

/** The dialog, once its words are there. */
export async function withStartWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/start.en'),
    import('@/i18n/areas/start.ru'),
    import('@/i18n/areas/start.tr'),
  ]);
  learnt('start', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
