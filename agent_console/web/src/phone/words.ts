/** What of a call is said in words. */

import { Refusal } from '@/api/http';
import { text } from '@/i18n/text';
import { say, wordsOf } from '@/shell/notices';

/** What happened and what to do; the words of telephony are loaded with the phone. */
export function callRefusalWords(error: unknown): string {
  if (error instanceof Refusal) {
    const key = `phone.error.${error.code}`;
    if (text.has(key)) return text.t(key);
  }
  return wordsOf(error);
}

export function sayCallRefusal(error: unknown): void {
  if (error instanceof Refusal && error.status === 401) return;
  say(callRefusalWords(error), 'bad');
}

/** Why a call ended; a reason that is newer than we are is shown by its own name. */
export function endWords(end: string): string {
  const key = `phone.end.${end}`;
  return text.has(key) ? text.t(key) : end.replaceAll('_', ' ');
}
