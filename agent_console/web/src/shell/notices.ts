/** Short notices at the edge of the screen: what went wrong and what to do, or what happened meanwhile. */

import { reactive } from 'vue';
import { Refusal } from '@/api/http';
import { sizeWords } from '@/desks/agent/conversation/files';
import { text } from '@/i18n/text';

export interface Notice {
  readonly id: number;
  readonly tone: 'bad' | 'plain';
  readonly text: string;
  /** Something to do about it. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

const SHOWN_MS = 8_000;
const MOST = 3;

export const notices = reactive<Notice[]>([]);
let last = 0;

export function say(words: string, tone: Notice['tone'] = 'plain', action?: Notice['action']): void {
  const same = notices.findIndex((notice) => notice.text === words);
  if (same >= 0) notices.splice(same, 1);
  const notice = { id: ++last, tone, text: words, ...(action && { action }) };
  notices.push(notice);
  if (notices.length > MOST) notices.shift();
  window.setTimeout(() => dismiss(notice.id), SHOWN_MS);
}

export function dismiss(id: number): void {
  const place = notices.findIndex((notice) => notice.id === id);
  if (place >= 0) notices.splice(place, 1);
}

/** What happened and what to do, in the reader's words; the hub's own sentence for a code that is new to us. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Refusal)) throw error;
  const key = `errors.${error.code}`;
  // what is too large is said with its figures, where the hub named both
  const [, had, most] = /(\d+) bytes\D+(\d+)$/.exec(error.detail) ?? [];
  const figured = `${key}_of`;
  if (had && most && text.has(figured)) return text.t(figured, { size: sizeWords(Number(had), text), limit: sizeWords(Number(most), text) });
  return text.has(key) ? text.t(key) : text.t('errors.other', { code: error.code, detail: error.detail });
}

/** Says the refusal of something somebody just did. */
export function sayRefusal(error: unknown): void {
  if (error instanceof Refusal && error.status === 401) return;
  say(wordsOf(error), 'bad');
}
