/** What a task is called: the hub's own, of missed calls, in the language of whoever reads it. Pure. */

import type { Text } from '@/i18n/text';

/** See `call_back_title` in hub/domain/call.py. */
const CALL_BACK = /^Call back: (\S+)(?: \((\d+)\))?$/;

export function taskTitle(title: string, text: Pick<Text, 't' | 'number'>): string {
  const [, number, missed] = CALL_BACK.exec(title) ?? [];
  if (!number) return title;
  return missed ? text.t('person_card.call_back_n', { number, n: text.number(Number(missed)) }) : text.t('person_card.call_back', { number });
}
