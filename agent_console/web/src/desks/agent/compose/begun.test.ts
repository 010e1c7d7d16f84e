import { expect, it } from 'vitest';
import { begunOf, keptOf } from '@/desks/agent/compose/begun';

it('what is half typed comes back as it was', () => {
  const begun = { to: '', cc: 'boss@exa', bcc: 'Иван <' };
  expect(begunOf(keptOf(begun))).toEqual(begun);
});
it('nothing is kept of empty lines', () => {
  expect(keptOf({ to: '', cc: ' ', bcc: '' })).toBe('');
});
it('what cannot be read is nothing', () => {
  for (const kept of ['', '{', 'null', '[]', '{"cc": 7}']) expect(begunOf(kept)).toEqual({ to: '', cc: '', bcc: '' });
});
