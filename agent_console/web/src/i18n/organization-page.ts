/** The words of organizations, which are loaded with their page. */

import type en from '@/i18n/areas/organization_page.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type OrganizationWords = Shape<typeof en>;

/** The page, once its words are there. */
export async function withOrganizationWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/organization_page.en'),
    import('@/i18n/areas/organization_page.ru'),
    import('@/i18n/areas/organization_page.tr'),
  ]);
  learnt('organization', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
