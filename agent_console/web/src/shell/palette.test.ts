import { expect, it } from 'vitest';
import { foundIn, keepRecent, ordered, recentChoices } from '@/shell/palette';

it('parts are found in any order and case', () => {
  expect(foundIn('Open Ivan Petrov', 'petr open')).toBe(true);
  expect(foundIn('Open Ivan Petrov', 'olga')).toBe(false);
  expect(foundIn('Open Ivan Petrov', '')).toBe(true);
});

it('people need not type accents', () => {
  expect(foundIn('Aç: Işıl Yıldız', 'isil yildiz')).toBe(true);
  expect(foundIn('Открыть: Семён', 'семен')).toBe(true);
  expect(foundIn('İzmir', 'izmir')).toBe(true);
});

it('the beginning of the words goes before the beginning of a word, and that before its middle', () => {
  const choices = ['Retheme', 'A theme', 'Theme: dark', 'Go to Reports'].map((words) => ({ id: words, words }));
  expect(ordered(choices, 'theme', []).map((c) => c.id)).toEqual(['Theme: dark', 'A theme', 'Retheme']);
  expect(ordered(choices, 'gtr', []).map((c) => c.id)).toEqual(['Go to Reports']);
});

it('what was run lately goes first among those that fit alike', () => {
  const choices = ['Open Ada', 'Open Bea', 'Open Cem'].map((words) => ({ id: words, words }));
  expect(ordered(choices, '', ['Open Cem', 'gone', 'Open Bea']).map((c) => c.id)).toEqual(['Open Cem', 'Open Bea', 'Open Ada']);
});

it('the newest choices are kept, each once', () => {
  const kept = new Map<string, string>();
  const shelf = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) };
  for (const id of ['a', 'b', 'a']) keepRecent(shelf, id);
  expect(recentChoices(shelf)).toEqual(['a', 'b']);
  expect(recentChoices({ getItem: () => '{' })).toEqual([]);
});
