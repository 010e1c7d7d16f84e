import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fileTypeName } from '@/desks/admin/floor/file-types';
import { learnt } from '@/i18n/page-words';
import en from '@/i18n/areas/floor_pages.en';

it('every type that the hub lets a site accept has a name people know', () => {
  learnt('floor_setup', { en, ru: en, tr: en } as never);
  const source = readFileSync(new URL('../../../../../../hub/domain/site.py', import.meta.url), 'utf-8');
  const listed = /^FILE_TYPES = \(([^)]*)\)/mu.exec(source)?.[1] ?? '';
  const types = [...listed.matchAll(/"([^"]+)"/gu)].map((found) => found[1] ?? '');
  expect(types.length).toBeGreaterThan(10);
  const names = types.map(fileTypeName);
  expect(names.filter((name) => name.includes('/') || name.includes('floor_setup'))).toEqual([]);
  expect(new Set(names).size).toBe(types.length);
  expect(fileTypeName('text/plain')).toBe('Text (.txt)');
  expect(fileTypeName('image/avif')).toBe('image/avif');
});
