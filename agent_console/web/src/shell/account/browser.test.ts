import { expect, test } from 'vitest';
import { browserName } from '@/shell/account/browser';

test('a browser and its system are named', () => {
  expect(browserName('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe('Firefox · Windows');
  expect(browserName('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0')).toBe('Edge · Windows');
});

test('a program is called by its first word, and nothing stays nothing', () => {
  expect(browserName('curl/8.5.0')).toBe('curl');
  expect(browserName('')).toBe('');
});
