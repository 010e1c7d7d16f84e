import { expect, it } from 'vitest';
import type { ReadySnippet } from '@/generated/api';
import { asksForList, fitting, triggerAt, unfilled, withValues } from '@/desks/agent/knowledge/trigger';

const at = (text: string): ReturnType<typeof triggerAt> => triggerAt(text, text.length);

it('a semicolon that begins a word opens the list', () => {
  expect(at(';')).toEqual({ from: 0, query: '' });
  expect(at('Hello ;th')).toEqual({ from: 6, query: 'th' });
  expect(at('line\n;возв')).toEqual({ from: 5, query: 'возв' });
  expect(at('(；iade')).toEqual({ from: 1, query: 'iade' });
});

it('a semicolon of a sentence does not', () => {
  expect(at('first; then')).toBeNull();
  expect(at('first;')).toBeNull();
  expect(at('a ;b c')).toBeNull();
  expect(at(`;${'x'.repeat(41)}`)).toBeNull();
  expect(at('&amp;')).toBeNull();
});

it('what stands after the caret does not count', () => {
  expect(triggerAt('a ;by and more', 5)).toEqual({ from: 2, query: 'by' });
});

it('Ctrl with the key of the semicolon asks on every layout', () => {
  const press = { key: ';', code: 'Semicolon', ctrlKey: true, metaKey: false, altKey: false };
  expect(asksForList(press)).toBe(true);
  expect(asksForList({ ...press, key: 'ж' })).toBe(true);
  expect(asksForList({ ...press, key: ';', code: 'Comma' })).toBe(true);
  expect(asksForList({ ...press, key: 'ж', ctrlKey: false })).toBe(false);
});

const item = (code: string, title: string, text = ''): ReadySnippet => ({
  id: code, kind: 'reply', code, title, text, language: 'en', is_other_language: false, missing: [], steps: [], reach: 'house', version: 1, uses: 0, own_uses: 0,
});

it('the code counts before the title, and the title before the text', () => {
  const items = [item('a', 'Nothing', 'thank you'), item('b', 'Say thanks'), item('thx', 'Other'), item('th', 'Exact')];
  expect(fitting(items, 'th').map((found) => found.code)).toEqual(['th', 'thx', 'b', 'a']);
  expect(fitting(items, '').map((found) => found.code)).toEqual(['a', 'b', 'thx', 'th']);
  expect(fitting(items, 'zzz')).toEqual([]);
});

it('letters of every alphabet are found without their signs', () => {
  expect(fitting([item('iade', 'İADE KOŞULLARI')], 'kosul')).toHaveLength(1);
  expect(fitting([item('x', 'Счёт')], 'счет')).toHaveLength(1);
});

it('what was asked stands in the text, and what was not is noticed before sending', () => {
  const text = withValues('{person.first_name}, {now.date}', { 'person.first_name': 'Olga' });
  expect(text).toBe('Olga, {now.date}');
  expect(unfilled(text)).toBe('{now.date}');
  expect(unfilled('a {brace} of my own')).toBeNull();
});
