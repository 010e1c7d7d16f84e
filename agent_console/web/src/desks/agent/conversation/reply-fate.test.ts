import { afterEach, beforeAll, expect, it } from 'vitest';
import { toldFate } from '@/desks/agent/conversation/reply-fate';
import { LANGUAGES, learn, speak, text } from '@/i18n/text';
import { learnTelegramTold } from '@/i18n/telegram-told';

beforeAll(async () => {
  await Promise.all(LANGUAGES.map(learn));
  learnTelegramTold();
});
afterEach(() => speak('en'));

it('says why a reply did not arrive as the reader speaks, and keeps the words of Telegram apart', () => {
  speak('tr');
  expect(toldFate('unreachable: Forbidden: bot was blocked by the user', text)).toEqual({
    words: 'Müşteriye artık Telegram’dan yazılamıyor.', quote: 'Forbidden: bot was blocked by the user',
  });
  speak('ru');
  expect(toldFate('gave_up: no_connection: Telegram cannot be reached (ConnectError)', text)).toEqual({
    words: 'После многих попыток отправка прекращена. Telegram недоступен.', quote: '',
  });
});

it('says what it has no words for as the hub said it', () => {
  expect(toldFate('moon_phase: full', text)).toEqual({ words: 'moon_phase: full', quote: '' });
  expect(toldFate('', text)).toEqual({ words: '', quote: '' });
});
