/** The words of the audit log's page, which are loaded with it. */

import type en from '@/i18n/areas/audit_page.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type AuditPageWords = Shape<typeof en>;

/** The page, once its words are there. */
export async function withAuditWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/audit_page.en'),
    import('@/i18n/areas/audit_page.ru'),
    import('@/i18n/areas/audit_page.tr'),
  ]);
  learnt('audit', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
