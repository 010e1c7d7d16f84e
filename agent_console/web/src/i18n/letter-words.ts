/** The words of letters: they come in one piece with the parts of a letter, which nobody loads before the first letter. */

import en from '@/i18n/areas/letter.en';
import ru from '@/i18n/areas/letter.ru';
import tr from '@/i18n/areas/letter.tr';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type LetterWords = Shape<typeof en>;

export const learnLetterWords = (): void => learnt('letter', { en, ru, tr });
