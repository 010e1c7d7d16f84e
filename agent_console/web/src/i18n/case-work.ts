/** The words of changing cases and tasks, which are loaded with the forms: what is only written with comes when it is needed. */

import type en from '@/i18n/areas/case_work.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type CaseWork = Shape<typeof en>;

/** The component, once its words are there. */
export async function withCaseWords<T>(component: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    component(),
    import('@/i18n/areas/case_work.en'),
    import('@/i18n/areas/case_work.ru'),
    import('@/i18n/areas/case_work.tr'),
  ]);
  learnt('person_card', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
