import { expect, it } from 'vitest';
import { mentionsIn } from '@/desks/agent/conversation/mentioned';

const found = (text: string) => mentionsIn(text, ['Boris', 'Boris Kaya', 'Anna', 'Ayşe'], 'Anna').flatMap((p) => (p.who ? [[p.text, p.who]] : []));

it('colleagues are found, and oneself', () => {
  expect(found('@Boris, ask @Anna.')).toEqual([['@Boris', 'other'], ['@Anna', 'me']]);
});

it('of names that begin alike the longest, and none inside a word', () => {
  expect(found('@Boris Kaya knows')).toEqual([['@Boris Kaya', 'other']]);
  expect(found('@Borisov, @Annabel, anna@Boris, @Ayşenur')).toEqual([]);
});

it('the parts are the text again', () => {
  for (const text of ['', '@', 'x @Boris@Anna y', '@Ayşe']) {
    expect(mentionsIn(text, ['Boris', 'Ayşe'], 'Anna').map((p) => p.text).join('')).toBe(text);
  }
});
