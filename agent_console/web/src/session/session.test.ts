import { expect, it } from 'vitest';
import { desksOf } from '@/session/session';

it('everybody sees the desks of their roles, and has a home', () => {
  expect(desksOf(['agent'])).toEqual(['desk']);
  expect(desksOf(['supervisor'])).toEqual(['floor']);
  expect(desksOf(['manager'])).toEqual(['floor']);
  expect(desksOf(['admin'])).toEqual(['audit']);
  expect(desksOf(['dpo'])).toEqual(['audit']);
  expect(desksOf(['supervisor', 'agent'])).toEqual(['desk', 'floor']);
});
