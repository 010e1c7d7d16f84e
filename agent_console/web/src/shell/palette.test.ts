import { expect, it } from 'vitest';
import { foundIn } from '@/shell/palette';

it('parts are found in any order and case', () => {
  expect(foundIn('Open Ivan Petrov', 'petr open')).toBe(true);
  expect(foundIn('Open Ivan Petrov', 'olga')).toBe(false);
  expect(foundIn('Open Ivan Petrov', '')).toBe(true);
});

it('people need not type accents', () => {
  expect(foundIn('Aç: Işıl Yıldız', 'isil yildiz')).toBe(true);
  expect(foundIn('Открыть: Семён', 'семен')).toBe(true);
  expect(foundIn('İzmir', 'izmir')).toBe(true);
});
