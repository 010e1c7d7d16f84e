/** What the hub says of Telegram and its bots, which is loaded with what says it. */

import en from '@/i18n/areas/telegram_told.en';
import ru from '@/i18n/areas/telegram_told.ru';
import tr from '@/i18n/areas/telegram_told.tr';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type TelegramTold = Shape<typeof en>;

export const learnTelegramTold = (): void => learnt('telegram_told', { en, ru, tr });
