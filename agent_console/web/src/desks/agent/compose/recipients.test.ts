import { expect, it } from 'vitest';
import { hasAll, isAddress, taken, withMore, without } from '@/desks/agent/compose/recipients';

const one = (address: string, name = '') => ({ address, name });

it('a plain address is one, and what a mail server would refuse is none', () => {
  expect(['a@b.c', 'a.b+c@x-y.example', "o'brien@x.test"].every(isAddress)).toBe(true);
  const wrong = ['', 'a', '@b.c', 'a@', 'a b@c.d', 'a@b..c', '.a@b.c', 'a@-b.c', 'a@b.c>', 'ж@b.c', 'a\n@b.c', 'a@b@c,d'];
  expect(wrong.filter(isAddress)).toEqual([]);
});
it('a pasted list is taken apart at commas, semicolons and line ends', () => {
  expect(taken('A@b.c, Ivan <ivan@b.c>; d@e.f\nmailto:x@y.z').found).toEqual([one('a@b.c'), one('ivan@b.c', 'Ivan'), one('d@e.f'), one('x@y.z')]);
});
it('a comma within quotes belongs to the name', () => {
  expect(taken('"Petrov, Ivan" <ivan@b.c>, d@e.f').found).toEqual([one('ivan@b.c', 'Petrov, Ivan'), one('d@e.f')]);
});
it('addresses with nothing but blanks between are each their own', () => {
  expect(taken('a@b.c d@e.f').found).toEqual([one('a@b.c'), one('d@e.f')]);
});
it('what is no address is kept as it was typed', () => {
  expect(taken('a@b.c, Ivan Petrov, <x>')).toEqual({ found: [one('a@b.c')], left: ['Ivan Petrov', '<x>'] });
});
it('an address stands in a line once', () => {
  expect(withMore([one('a@b.c')], [one('a@b.c', 'A'), one('d@e.f'), one('d@e.f')])).toEqual([one('a@b.c'), one('d@e.f')]);
  expect(without([one('a@b.c'), one('d@e.f')], [one('a@b.c')])).toEqual([one('d@e.f')]);
  expect([hasAll([one('a@b.c')], [one('a@b.c')]), hasAll([], [one('a@b.c')])]).toEqual([true, false]);
});
