import { afterEach, beforeAll, expect, it } from 'vitest';
import { toldOf, toldWords } from '@/desks/admin/mail/told';
import { learnMailTold } from '@/i18n/mail-told';
import { LANGUAGES, learn, speak } from '@/i18n/text';

beforeAll(async () => {
  await Promise.all(LANGUAGES.map(learn));
  learnMailTold();
});
afterEach(() => speak('en'));

it('is said as the reader speaks, and what the server said stays as it is', () => {
  const values = { server: 'mail.test:25', quote: '220 mail @ {you} | ESMTP' };
  expect(toldWords('not_imap', values, 'in English')).toBe('mail.test:25 is no mailbox (IMAP). See server and port. The server’s words: “220 mail @ {you} | ESMTP”');
  speak('ru');
  expect(toldOf('not_imap', values, 'in English')).toEqual({ sentence: 'mail.test:25 — не почтовый ящик (IMAP). Проверьте сервер и порт.', quote: values.quote });
  speak('tr');
  expect(toldWords('sign_in_refused', { quote: '535 no' }, '')).toBe('Sunucu kullanıcımızı ya da parolamızı kabul etmiyor. Sunucunun sözleri: “535 no”');
});

it('counts as the language does', () => {
  const said = (count: number) => toldWords('letters_there', { count }, '');
  expect([said(1), said(1_200)]).toEqual(['1 letter in the folder.', '1,200 letters in the folder.']);
  speak('ru');
  expect([said(1), said(3), said(5)]).toEqual(['В папке 1 письмо.', 'В папке 3 письма.', 'В папке 5 писем.']);
});

it('is in the words of the hub where it is newer than we are', () => {
  expect(toldOf('out_of_stamps', { quote: 'none' }, 'it has no stamps: none')).toEqual({ sentence: 'it has no stamps: none', quote: '' });
  expect(toldWords('', {}, 'as an older hub said it')).toBe('as an older hub said it');
});
