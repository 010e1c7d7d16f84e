/** The words of the phone, which are loaded with it. */

import type en from '@/i18n/areas/phone.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type Phone = Shape<typeof en>;

/** The part, once its words are there. */
export async function withPhoneWords<T>(part: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    part(),
    import('@/i18n/areas/phone.en'),
    import('@/i18n/areas/phone.ru'),
    import('@/i18n/areas/phone.tr'),
  ]);
  learnt('phone', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
