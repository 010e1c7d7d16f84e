import { expect, it } from 'vitest';
import { type Begun, begunBy, forgetBegun, keepBegun, type Shelf } from '@/desks/agent/start/begun';

function shelf(): Shelf & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return { kept, getItem: (name) => kept.get(name) ?? null, setItem: (name, words) => void kept.set(name, words), removeItem: (name) => void kept.delete(name) };
}
const letter = { subject: '', to: [], cc: [], bcc: [], html: '', quote: null, signed: true };
const begun: Begun = { person: { id: 'p1', name: 'Clara' }, way: 'email mail:help a@b.c', queue: 'q1', words: 'Good news', letter: { ...letter, subject: 'Kettle' }, files: [], key: 'k1' };

it('what is begun is there again, and only for who began it', () => {
  const place = shelf();
  keepBegun(place, 'anna', begun);
  expect([begunBy(place, 'anna'), begunBy(place, 'boris')]).toEqual([begun, null]);
  forgetBegun(place, 'anna');
  expect(place.kept.size).toBe(0);
});
it('a letter to an address that is no client’s yet is one, too', () => {
  const place = shelf();
  const person = { id: '', name: 'new@a.example', address: 'new@a.example' };
  keepBegun(place, 'anna', { ...begun, person });
  expect(begunBy(place, 'anna')?.person).toEqual(person);
});
it('nothing written is nothing kept; a subject alone is something', () => {
  const place = shelf();
  keepBegun(place, 'anna', { ...begun, words: ' ', letter });
  expect(place.kept.size).toBe(0);
  keepBegun(place, 'anna', { ...begun, words: '' });
  expect(begunBy(place, 'anna')?.letter?.subject).toBe('Kettle');
});
it.each(['', 'null', '{', '[]', '{"person":{}}', '{"person":{"id":"p1"}}'])('what cannot be read is nothing: %s', (kept) => {
  const place = shelf();
  place.kept.set('touchline.start.anna', kept);
  expect(begunBy(place, 'anna')).toBeNull();
});
it('a full store loses no text that stands in the field', () => {
  const full: Shelf = { ...shelf(), setItem: () => { throw new Error('full'); } };
  expect(() => keepBegun(full, 'anna', begun)).not.toThrow();
});
