/** The words of the accounts of mail, those of letters and those of mail servers, which are loaded with their page. */

import type en from '@/i18n/areas/mail_setup.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type MailWords = Shape<typeof en>;

/** The page, once its words are there. */
export async function withMailWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, letters, told, en, ru, tr] = await Promise.all([
    page(),
    import('@/i18n/letter-words'),
    import('@/i18n/mail-told'),
    import('@/i18n/areas/mail_setup.en'),
    import('@/i18n/areas/mail_setup.ru'),
    import('@/i18n/areas/mail_setup.tr'),
  ]);
  letters.learnLetterWords();
  told.learnMailTold();
  learnt('mail_setup', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
