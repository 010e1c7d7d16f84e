import { expect, it } from 'vitest';
import { named } from '@/i18n/named';

it('a thing of the house is called as the reader speaks, else as somebody does', () => {
  expect(named({ en: 'Sold', ru: 'Продано' }, 'ru', 'sold')).toBe('Продано');
  expect(named({ en: 'Sold', ru: 'Продано' }, 'tr', 'sold')).toBe('Sold');
  expect(named({ ru: 'Продано' }, 'tr', 'sold')).toBe('Продано');
  expect(named({ tr: '' }, 'tr', 'sold')).toBe('sold');
});
