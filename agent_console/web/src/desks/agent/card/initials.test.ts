import { expect, it } from 'vitest';
import { initials } from '@/desks/agent/card/initials';

it('the first letters of the first and the last word', () => {
  expect(['Ivan Petrov', 'Ольга', 'Mehmet Ali Yılmaz', 'I. Petrov'].map(initials)).toEqual(['IP', 'О', 'MY', 'IP']);
});

it('a number has none', () => {
  expect(['+90 532 123', ''].map(initials)).toEqual(['?', '?']);
});
