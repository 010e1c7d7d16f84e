import { beforeEach, expect, it } from 'vitest';
import { pauseNameOf } from '@/desks/agent/pauses';
import type { PauseReason } from '@/generated/views';
import { learn, speak } from '@/i18n/text';

const HOUSE: readonly PauseReason[] = [
  { code: 'prayer', names: { en: 'Prayer', tr: 'Namaz' }, paid: true, retired: false },
  { code: 'lunch', names: { ru: 'Обед в столовой' }, paid: false, retired: false },
];
beforeEach(() => speak('en'));

it('a pause is called what the house calls it in the reader’s language', async () => {
  expect(pauseNameOf('prayer', HOUSE)).toBe('Prayer');
  await Promise.all([learn('tr'), learn('ru')]);
  speak('tr');
  expect(pauseNameOf('prayer', HOUSE)).toBe('Namaz');
  speak('ru');
  expect(pauseNameOf('lunch', HOUSE)).toBe('Обед в столовой');
  expect(pauseNameOf('prayer', HOUSE)).toBe('Prayer');
});

it('without a name of the house the console’s own word is said, and never nothing', () => {
  expect(pauseNameOf('lunch', HOUSE)).toBe('Lunch');
  expect(pauseNameOf('fire_drill', [])).toBe('fire drill');
});
