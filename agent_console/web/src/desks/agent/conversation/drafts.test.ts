import { expect, it } from 'vitest';
import { Drafts, type Shelf } from '@/desks/agent/conversation/drafts';

class FakeShelf implements Shelf {
  readonly kept = new Map<string, string>();
  getItem = (name: string) => this.kept.get(name) ?? null;
  setItem = (name: string, value: string) => void this.kept.set(name, value);
  removeItem = (name: string) => void this.kept.delete(name);
  key = (place: number) => [...this.kept.keys()][place] ?? null;
  get length() {
    return this.kept.size;
  }
}

it('a draft is kept by interaction and kind, spaces and lines included', () => {
  const drafts = new Drafts(new FakeShelf(), 'anna');
  drafts.keep('i1', 'reply', 'Dear Ivan,\n one moment', 1000);
  drafts.keep('i1', 'note', 'call back', 1000);
  expect(drafts.of('i1', 'reply')).toBe('Dear Ivan,\n one moment');
  expect(drafts.of('i1', 'note')).toBe('call back');
  expect(drafts.of('i2', 'reply')).toBe('');
});

it('a colleague at the same browser does not see it', () => {
  const shelf = new FakeShelf();
  new Drafts(shelf, 'anna').keep('i1', 'reply', 'Dear Ivan', 1000);
  expect(new Drafts(shelf, 'boris').of('i1', 'reply')).toBe('');
});

it('an emptied draft is gone', () => {
  const shelf = new FakeShelf();
  const drafts = new Drafts(shelf, 'anna');
  drafts.keep('i1', 'reply', 'Dear', 1000);
  drafts.keep('i1', 'reply', '  ', 1000);
  expect(shelf.length).toBe(0);
});

it('after two weeks nobody comes back to it', () => {
  const shelf = new FakeShelf();
  shelf.setItem('something.else', '0');
  const drafts = new Drafts(shelf, 'anna');
  drafts.keep('i1', 'reply', 'old', 0);
  drafts.keep('i2', 'reply', 'newer', 1);
  drafts.forgetOld(14 * 86_400_000 + 1);
  expect([...shelf.kept.keys()]).toEqual(['something.else', 'touchline.draft.anna.i2.reply']);
});
