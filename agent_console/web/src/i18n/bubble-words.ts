/** The words of what stands beneath a message on occasion: they come in one piece with what says them. */

import en from '@/i18n/areas/bubble.en';
import ru from '@/i18n/areas/bubble.ru';
import tr from '@/i18n/areas/bubble.tr';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type BubbleWords = Shape<typeof en>;

export const learnBubbleWords = (): void => learnt('bubble', { en, ru, tr });
