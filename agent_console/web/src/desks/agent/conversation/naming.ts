/** Naming colleagues in a note: what is being typed after an @, who fits, and whom the finished text names. */

import type { ColleagueView } from '@/generated/api';

export interface Asking {
  /** Where the @ stands. */
  readonly from: number;
  readonly words: string;
}

const ASKING = /(?:^|[\s(])@([\p{L}\p{M}\p{N}'’.-]{0,40}(?: [\p{L}\p{M}\p{N}'’.-]{0,40})?)$/u;

/** The @ and the letters before the caret, or null. */
export function askedFor(text: string, caret: number): Asking | null {
  const found = ASKING.exec(text.slice(0, caret));
  const words = found?.[1];
  return words === undefined ? null : { from: caret - words.length - 1, words };
}

/** Those whose name, or a part of it, begins with what was typed. */
export function fitting(people: readonly ColleagueView[], words: string, most = 8): readonly ColleagueView[] {
  const wanted = folded(words);
  return people.filter(({ name }) => folded(name).startsWith(wanted) || folded(name).split(' ').some((part) => part.startsWith(wanted))).slice(0, most);
}

/** The text with the name in the place of what was typed, and where the caret goes. */
export function named(text: string, asking: Asking, caret: number, person: ColleagueView): { readonly text: string; readonly caret: number } {
  const before = `${text.slice(0, asking.from)}@${person.name} `;
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length };
}

/** Of those once chosen, the ones whose name still stands in the text. */
export const stillNamed = (text: string, chosen: readonly ColleagueView[]): readonly ColleagueView[] =>
  chosen.filter((person, n) => text.includes(`@${person.name}`) && chosen.findIndex((other) => other.id === person.id) === n);

/** Without case and marks, so that an English keyboard finds Yılmaz. */
const folded = (name: string): string => name.toLocaleLowerCase('tr').normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ı', 'i');
