/** What a reason for a pause is called. */

import type { PauseReason } from '@/generated/views';
import { named } from '@/i18n/named';
import { text } from '@/i18n/text';

/** The house's own name in the reader's language, else the console's word for a reason that it knows. */
export const pauseName = (reason: Pick<PauseReason, 'code' | 'names'>): string =>
  reason.names[text.locale] || (text.word('pause', reason.code) !== reason.code.replaceAll('_', ' ') ? text.word('pause', reason.code) : named(reason.names, text.locale, text.word('pause', reason.code)));

/** The same for the code alone, as an agent's state holds it. */
export const pauseNameOf = (code: string, known: readonly PauseReason[]): string =>
  pauseName(known.find((reason) => reason.code === code) ?? { code, names: {} });
