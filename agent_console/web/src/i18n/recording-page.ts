/** The words of recordings, which are loaded with them. */

import type en from '@/i18n/areas/recordings.en';
import { learnt } from '@/i18n/page-words';
import type { Shape } from '@/i18n/text';

export type RecordingWords = Shape<typeof en>;

/** The part, once its words are there. */
export async function withRecordingWords<T>(part: () => Promise<T>): Promise<T> {
  const [shown, en, ru, tr] = await Promise.all([
    part(),
    import('@/i18n/areas/recordings.en'),
    import('@/i18n/areas/recordings.ru'),
    import('@/i18n/areas/recordings.tr'),
  ]);
  learnt('recordings', { en: en.default, ru: ru.default, tr: tr.default });
  return shown;
}
