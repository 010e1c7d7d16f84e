/** What somebody began to write first, kept in this window over a reload: by user, so that nobody else who signs in here finds it. */

import type { Attachment, WrittenLetter } from '@/generated/views';
import type { ToWrite } from '@/desks/agent/start/start';

export interface Begun {
  readonly person: ToWrite;
  readonly way: string;
  readonly queue: string;
  readonly words: string;
  readonly letter: WrittenLetter | null;
  readonly files: readonly Attachment[];
  /** Under which it was tried last: sent again after a reload, it is sent once. */
  readonly key: string;
}

/** The part of sessionStorage that is used. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const nameOf = (user: string): string => `touchline.start.${user}`;

/** What this user began here; null for nothing, or nothing that can be read. */
export function begunBy(shelf: Shelf, user: string): Begun | null {
  try {
    const found = JSON.parse(shelf.getItem(nameOf(user)) ?? 'null') as Partial<Begun> | null;
    if (!found || typeof found.person?.id !== 'string' || typeof found.words !== 'string') return null;
    const { person, way = '', queue = '', words, letter = null, files = [], key = '' } = found;
    return { person: { id: person.id, name: String(person.name), ...(typeof person.address === 'string' && { address: person.address }) }, way, queue, words, letter, files, key };
  } catch {
    return null;
  }
}

/** Whether there is anything in it that would be missed. */
export const isWritten = ({ words, letter, files }: Pick<Begun, 'words' | 'letter' | 'files'>): boolean =>
  words.trim() !== '' || files.length > 0 || Boolean(letter?.subject || letter?.cc.length || letter?.bcc.length);

export function keepBegun(shelf: Shelf, user: string, begun: Begun): void {
  try {
    if (isWritten(begun)) shelf.setItem(nameOf(user), JSON.stringify(begun));
    else shelf.removeItem(nameOf(user));
  } catch {
    // the browser's store is full or switched off: the text is still in the field
  }
}

export const forgetBegun = (shelf: Shelf, user: string): void => shelf.removeItem(nameOf(user));
