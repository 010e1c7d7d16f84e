/** The words of writing letters: they come in one piece with what letters are written on. */

import en from '@/i18n/areas/compose.en';
import ru from '@/i18n/areas/compose.ru';
import tr from '@/i18n/areas/compose.tr';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type ComposeWords = Shape<typeof en>;

export function learnComposeWords(): void {
  learnt('compose', { en, ru, tr });
  // refusals of letters are said wherever a refusal is
  learnt('errors', { en: en.refused, ru: ru.refused, tr: tr.refused });
}
