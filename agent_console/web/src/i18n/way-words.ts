/** The words of choosing the channel of a reply: they come in one piece with what shows it. */

import en from '@/i18n/areas/ways.en';
import ru from '@/i18n/areas/ways.ru';
import tr from '@/i18n/areas/ways.tr';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type WayWords = Shape<typeof en>;

export function learnWayWords(): void {
  learnt('ways', { en, ru, tr });
  // refusals of a way are said wherever a refusal is
  learnt('errors', { en: en.refused, ru: ru.refused, tr: tr.refused });
}
