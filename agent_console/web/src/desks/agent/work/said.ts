/** What a message says in one line: its words, or else what came with it. */

import type { Text } from '@/i18n/text';

/** A hub that is a release older tells no `files`. */
interface Message {
  readonly text: string;
  readonly files?: readonly string[];
}

/** One file is called by its name, several are counted. */
export function saidIn(message: Message, text: Pick<Text, 't' | 'number'>): string {
  const files = message.files ?? [];
  if (message.text.trim() || files.length === 0) return message.text;
  return (files.length === 1 && files[0]) || text.t('work.files', { n: text.number(files.length) }, files.length);
}
