/** The words of the bots of Telegram, which are loaded with their page. */

import type en from '@/i18n/areas/telegram_setup.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type TelegramWords = Shape<typeof en>;

/** The page, once its words are there. */
export async function withTelegramWords<T>(page: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr, told] = await Promise.all([
    page(),
    import('@/i18n/areas/telegram_setup.en'),
    import('@/i18n/areas/telegram_setup.ru'),
    import('@/i18n/areas/telegram_setup.tr'),
    import('@/i18n/telegram-told'),
  ]);
  learnt('telegram_setup', { en: en.default, ru: ru.default, tr: tr.default });
  told.learnTelegramTold();
  return shown;
}
