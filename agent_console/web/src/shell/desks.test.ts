import { expect, it } from 'vitest';
import { desksOf } from '@/shell/desks';

it('everybody sees the desks of their roles, and has a home', () => {
  expect(desksOf(['agent'])).toEqual(['desk']);
  expect(desksOf(['supervisor'])).toEqual(['floor', 'manager', 'desk']);
  expect(desksOf(['manager'])).toEqual(['floor', 'manager']);
  expect(desksOf(['admin'])).toEqual(['admin']);
  expect(desksOf(['dpo'])).toEqual(['manager', 'admin']);
  expect(desksOf(['supervisor', 'agent'])).toEqual(['desk', 'floor', 'manager']);
});
