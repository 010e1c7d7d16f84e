import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isSafeTarget, type Mark, marksOf } from '@/parts/markdown';

const SAMPLES = JSON.parse(readFileSync(new URL('../../../../tests/samples/markdown.json', import.meta.url), 'utf8')) as [string, string][];

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#x27;');

/** What a browser would make of the tree, written the way the public help writes it. */
function html(mark: Mark): string {
  if (typeof mark === 'string') return escaped(mark);
  const attributes = Object.entries(mark.attributes ?? {}).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const open = `<${mark.tag}${attributes.join('')}>`;
  return mark.tag === 'hr' ? open : `${open}${mark.inside.map(html).join('')}</${mark.tag}>`;
}

it.each(SAMPLES)('%j is what the public help makes of it', (text, expected) => {
  expect(marksOf(text).map(html).join('\n')).toBe(expected);
});

it('no link leads anywhere but to the web, a mail address, a phone, or this hub', () => {
  expect(['https://a.b', 'mailto:a@b.c', 'tel:+1', '/help/en/x'].every(isSafeTarget)).toBe(true);
  expect(['javascript:x', ' javascript:x', 'data:x', '//a.b', '/\\a.b', 'https:x', 'file:///x'].some(isSafeTarget)).toBe(false);
});

it('a heading of blanks takes no time', () => {
  const began = performance.now();
  expect(marksOf(`# a${' '.repeat(20_000)}b${' '.repeat(20_000)}c`)[0]?.tag).toBe('h2');
  expect(performance.now() - began).toBeLessThan(500);
});
