/** The words of what is due to clients in writing, which are loaded with what shows it. */

import type en from '@/i18n/areas/clocks.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type Clocks = Shape<typeof en>;

/** The component, once its words are there. */
export async function withClockWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/clocks.en'),
    import('@/i18n/areas/clocks.ru'),
    import('@/i18n/areas/clocks.tr'),
  ]);
  learnt('clocks', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
