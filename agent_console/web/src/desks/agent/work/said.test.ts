import { beforeAll, expect, it } from 'vitest';
import { saidBy, saidIn } from '@/desks/agent/work/said';
import { learn, speak, text } from '@/i18n/text';

beforeAll(() => Promise.all((['ru', 'tr'] as const).map(learn)));

it('words are said as they are', () => {
  expect(saidIn({ text: 'Here it is', files: ['a.png'] }, text)).toBe('Here it is');
  expect(saidIn({ text: '' }, text)).toBe('');
});

it('one file is called by its name, several are counted in the language of the reader', () => {
  expect(saidIn({ text: '', files: ['bill 118.pdf'] }, text)).toBe('bill 118.pdf');
  for (const [language, words] of [['en', '2 files'], ['ru', '2 файла'], ['tr', '2 dosya']] as const) {
    speak(language);
    expect(saidIn({ text: ' ', files: ['a.png', 'b.png'] }, text)).toBe(words);
  }
  speak('en');
  expect(saidIn({ text: '', files: [''] }, text)).toBe('1 file');
});

it('what went out is said by its writer, by the reader, or by nobody', () => {
  const out = { direction: 'outbound', author: 'Anna' } as const;
  expect(saidBy(out, 'Anna', text)).toBe('You');
  expect(saidBy(out, 'Boris', text)).toBe('Anna');
  expect(saidBy({ direction: 'outbound' }, 'Boris', text)).toBe('You');
  expect(saidBy({ direction: 'inbound', author: '' }, 'Boris', text)).toBe('');
  for (const [language, words] of [['en', 'Automatic reply'], ['ru', 'Автоответ'], ['tr', 'Otomatik yanıt']] as const) {
    speak(language);
    expect(saidBy({ ...out, author: '' }, 'Anna', text)).toBe(words);
  }
  speak('en');
});
