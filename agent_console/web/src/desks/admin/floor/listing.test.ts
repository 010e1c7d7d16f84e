import { describe, expect, it } from 'vitest';
import { codeFor, shiftedIn } from '@/desks/admin/floor/listing';

it('what is moved in a list stays in it', () => {
  expect(shiftedIn(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  expect(shiftedIn(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  expect(shiftedIn(['a', 'b'], 5, -1)).toEqual(['a', 'b']);
});

describe('a code made of a name', () => {
  it('has no letters that a code cannot have, and is not taken', () => {
    expect(codeFor('Geri Arama Kararlaştırıldı', [], 'outcome')).toBe('geri_arama_kararlas_tirildi');
    expect(codeFor('Sold!', ['sold', 'sold_2'], 'outcome')).toBe('sold_3');
    expect(codeFor('Продано', [], 'outcome')).toBe('outcome');
  });
});
