/** What the hub says of mail servers, which is loaded with the pages that say it. */

import en from '@/i18n/areas/mail_told.en';
import ru from '@/i18n/areas/mail_told.ru';
import tr from '@/i18n/areas/mail_told.tr';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type MailTold = Shape<typeof en>;

export const learnMailTold = (): void => learnt('mail_told', { en, ru, tr });
