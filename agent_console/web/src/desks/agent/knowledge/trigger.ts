/** When the list of replies opens while somebody types, and what of them fits. Pure. */

import type { ReadySnippet } from '@/generated/api';
import { fold } from '@/parts/fold';

/** A `;` that began a word, where it stands, and what was typed after it. */
export interface Trigger {
  readonly from: number;
  readonly query: string;
}

const LONGEST = 40;
const BEFORE = /[\s(«“"'[]/u;

/** The `;` before the caret that asks for the list, or null. A full-width `；` is one too. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const typed = /[;；]([^\s;；]*)$/u.exec(text.slice(0, caret));
  if (!typed || (typed[1] ?? '').length > LONGEST) return null;
  const before = text[typed.index - 1];
  return before === undefined || BEFORE.test(before) ? { from: typed.index, query: typed[1] ?? '' } : null;
}

/** Whether a key press asks for the list on any layout: Ctrl with `;`, or with the key that is `;` on an English one. */
export function asksForList(press: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  return (press.ctrlKey || press.metaKey) && !press.altKey && (press.key === ';' || press.code === 'Semicolon');
}

/** What fits, best first: by the code, then the title, then the text; those used most first among equals. */
export function fitting(items: readonly ReadySnippet[], query: string): readonly ReadySnippet[] {
  const asked = fold(query);
  if (!asked) return items;
  const ranked = items.map((item, place) => ({ item, place, rank: rankOf(item, asked) })).filter(({ rank }) => rank < MISS);
  return ranked.toSorted((a, b) => a.rank - b.rank || a.place - b.place).map(({ item }) => item);
}

const MISS = 9;

function rankOf(item: ReadySnippet, asked: string): number {
  const code = fold(item.code);
  if (code === asked) return 0;
  if (code.startsWith(asked)) return 1;
  const title = fold(item.title);
  if (title.split(/\s+/u).some((word) => word.startsWith(asked))) return 2;
  if (code.includes(asked) || title.includes(asked)) return 3;
  const texts = [item.text, ...item.steps.map((step) => step.text)].map(fold);
  return texts.some((text) => text.includes(asked)) ? 4 : MISS;
}

/** The text with what somebody typed for the variables that nothing was known for. */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{([a-z_.]+)\}/gu, (found, name: string) => values[name] || found);
}

/** A variable that still stands in braces in what is about to be sent, or null. */
export function unfilled(text: string): string | null {
  return /\{(?:person|agent|queue|interaction|now)\.[a-z_]+\}/u.exec(text)?.[0] ?? null;
}
