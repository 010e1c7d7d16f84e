/** The words of the status page, and those of mail servers, which are loaded with it. */

import type en from '@/i18n/areas/hub_status.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type HubStatus = Shape<typeof en>;

/** The page, once its words are there. */
export async function withStatusWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, told, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/mail-told'),
    import('@/i18n/areas/hub_status.en'),
    import('@/i18n/areas/hub_status.ru'),
    import('@/i18n/areas/hub_status.tr'),
  ]);
  told.learnMailTold();
  learnt('hub_status', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
