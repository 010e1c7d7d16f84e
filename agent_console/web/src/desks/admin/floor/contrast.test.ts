import { expect, it } from 'vitest';
import { onAccent } from '@/desks/admin/floor/contrast';

it('what is written on a colour can be read', () => {
  expect(onAccent('#0b6e4f')).toBe('#ffffff');
  expect(onAccent('#ffe08a')).toBe('#000000');
  expect(onAccent('red')).toBe('#ffffff');
});
