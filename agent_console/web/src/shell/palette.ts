/** What of the palette fits what was typed, and in which order. Pure. */

import { fold } from '@/parts/fold';

const MISS = Infinity;

/** Whether what was typed is in the words of a choice, whatever the accents, the case and the order. */
export function foundIn(words: string, typed: string): boolean {
  return rank(words, typed) < MISS;
}

/** How well words answer what was typed: 0 is best, Infinity not at all. Every part must be found, in any order. */
export function rank(words: string, typed: string): number {
  const folded = fold(words);
  const parts = fold(typed).split(/\s+/u).filter(Boolean);
  return parts.reduce((sum, part) => sum + rankOfPart(folded, part), 0);
}

function rankOfPart(words: string, part: string): number {
  if (words.startsWith(part)) return 0;
  if (words.split(/[\s:—·]+/u).some((word) => word.startsWith(part))) return 1;
  if (words.includes(part)) return 2;
  return part.length >= 2 && isWithin(part, words) ? 4 : MISS;
}

/** Whether the letters come in this order, each word's first ones: `gtr` finds "Go to reports". */
function isWithin(letters: string, words: string): boolean {
  let place = 0;
  for (const letter of letters) {
    place = words.indexOf(letter, place) + 1;
    if (place === 0) return false;
  }
  return true;
}

export interface Ranked {
  readonly id: string;
  readonly words: string;
}

/** The choices that fit, best first; those run lately go before others that fit as well. */
export function ordered<C extends Ranked>(choices: readonly C[], typed: string, recent: readonly string[]): readonly C[] {
  const lately = (choice: C): number => (recent.includes(choice.id) ? recent.indexOf(choice.id) : recent.length);
  return choices
    .map((choice, place) => ({ choice, place, rank: rank(choice.words, typed) }))
    .filter((one) => one.rank < MISS)
    .toSorted((a, b) => a.rank - b.rank || lately(a.choice) - lately(b.choice) || a.place - b.place)
    .map((one) => one.choice);
}

const NAME = 'touchline.recent';
const KEPT = 8;

/** The choices run lately on this browser, the newest first. */
export function recentChoices(shelf: Pick<Storage, 'getItem'>): readonly string[] {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(NAME) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export function keepRecent(shelf: Pick<Storage, 'getItem' | 'setItem'>, id: string): void {
  const kept = [id, ...recentChoices(shelf).filter((other) => other !== id)].slice(0, KEPT);
  try {
    shelf.setItem(NAME, JSON.stringify(kept));
  } catch {
    // the browser keeps nothing: the order is that of the list
  }
}
