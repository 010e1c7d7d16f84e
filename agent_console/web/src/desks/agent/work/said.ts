/** What a message says in one line: its words, or else what came with it. */

import type { Direction } from '@/generated/views';
import type { Text } from '@/i18n/text';

/** A hub that is a release older tells no `files`. */
interface Message {
  readonly text: string;
  readonly files?: readonly string[];
}

/** Who of us said it; empty for what the client did. A hub that is a release older tells no `author`: it was the reader. */
export function saidBy(message: { readonly direction: Direction; readonly author?: string }, me: string, text: Pick<Text, 't'>): string {
  if (message.direction !== 'outbound') return '';
  if (message.author === '') return text.t('conversation.by_itself');
  return message.author === undefined || message.author === me ? text.t('conversation.you') : message.author;
}

/** One file is called by its name, several are counted. */
export function saidIn(message: Message, text: Pick<Text, 't' | 'number'>): string {
  const files = message.files ?? [];
  if (message.text.trim() || files.length === 0) return message.text;
  return (files.length === 1 && files[0]) || text.t('work.files', { n: text.number(files.length) }, files.length);
}
