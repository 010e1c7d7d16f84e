import { expect, it } from 'vitest';
import { markSignedIn, mayBeSignedIn } from '@/session/marker';

function shelf(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) };
}

it('a browser that was never signed in, or is signed out, has nothing to ask', () => {
  const one = shelf();
  expect(mayBeSignedIn(one)).toBe(false);
  expect(one.kept.size).toBe(0);
  markSignedIn(one, true);
  expect(mayBeSignedIn(one)).toBe(true);
  markSignedIn(one, false);
  expect(mayBeSignedIn(one)).toBe(false);
});

it('a browser that keeps nothing asks each time, and signing in and out works there', () => {
  const refused = (): never => {
    throw new DOMException('no', 'SecurityError');
  };
  const closed = { getItem: refused, setItem: refused, removeItem: refused };
  const forgetful = { ...shelf(), setItem: () => undefined };
  for (const one of [closed, forgetful]) {
    markSignedIn(one, true);
    expect(mayBeSignedIn(one)).toBe(true);
    markSignedIn(one, false);
  }
});
