/** The words for the codes of API keys and webhooks, which are loaded with their pages. */

import type en from '@/i18n/areas/access_codes.en';
import { learnt } from '@/i18n/page-words';
import { type Shape, text } from '@/i18n/text';

export type AccessCodes = Shape<typeof en>;

/** What a code of the API does, in the reader's words; nothing for one that is newer than we are. */
export function meaningOf(kind: 'permission' | 'event', code: string): string {
  const key = `access_codes.${kind}.${code.replaceAll('.', '_')}`;
  return text.has(key) ? text.t(key) : '';
}

/** The page, once its words are there. */
export async function withAccessCodes<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/areas/access_codes.en'),
    import('@/i18n/areas/access_codes.ru'),
    import('@/i18n/areas/access_codes.tr'),
  ]);
  learnt('access_codes', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
