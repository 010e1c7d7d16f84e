/** The words of the floor's set-up, which are loaded with its pages: they are most of its words, and few people need them. */

import type en from '@/i18n/areas/floor_pages.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type FloorPages = Shape<typeof en>;

/** The page, once its words are there. */
export async function withFloorWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/floor_pages.en'),
    import('@/i18n/areas/floor_pages.ru'),
    import('@/i18n/areas/floor_pages.tr'),
  ]);
  learnt('floor_setup', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
