import { expect, it } from 'vitest';
import { begunCard, keepCard } from '@/desks/agent/card/begun-card';
import { begunOver, formOf, withBegun } from '@/desks/agent/card/card-edit';
import type { Shelf } from '@/desks/agent/start/begun';
import { card } from '@/live/samples';

const shelf = (): Shelf => {
  const held = new Map<string, string>();
  return { getItem: (name) => held.get(name) ?? null, setItem: (name, value) => void held.set(name, value), removeItem: (name) => void held.delete(name) };
};
const before = formOf(card({ name: 'Ольга', tags: ['VIP'], fields: { f1: '12', f2: 'a' } }));
const same = { before: 'Acme', typed: 'Acme' };

it('what was typed comes back over what others changed meanwhile', () => {
  const begun = begunOver(before, { ...before, name: 'Ольга П', fields: { ...before.fields, f1: '13' } }, { before: 'Acme', typed: 'Acm' });
  const kept = shelf();
  keepCard(kept, 'anna', 'p1', begun);
  const now = formOf(card({ name: 'Ольга', tier: 'gold', tags: ['VIP'], fields: { f1: '12', f2: 'b' } }));
  expect(withBegun(now, begunCard(kept, 'anna', 'p1'))).toEqual({ ...now, name: 'Ольга П', fields: { f1: '13', f2: 'b' } });
  expect(begunCard(kept, 'anna', 'p1')?.organization).toBe('Acm');
});

it('it is of one user and one client, and gone when it is saved or given up', () => {
  const kept = shelf();
  keepCard(kept, 'anna', 'p1', begunOver(before, { ...before, tags: '' }, same));
  expect(begunCard(kept, 'boris', 'p1')).toBeNull();
  expect(begunCard(kept, 'anna', 'p2')).toBeNull();
  keepCard(kept, 'anna', 'p1', null);
  expect(begunCard(kept, 'anna', 'p1')).toBeNull();
});

it('nothing new is nothing to keep, and what cannot be read is nothing', () => {
  expect(begunOver(before, { ...before, fields: { ...before.fields, f3: '' } }, same)).toBeNull();
  for (const odd of ['{', '[]', '7', '{"form":1,"fields":{}}', 'null']) expect(begunCard({ ...shelf(), getItem: () => odd }, 'anna', 'p1')).toBeNull();
});
