import { expect, test } from 'vitest';
import { grouped, pathOf, QUIET, sideOf } from '@/shell/account/qr';

test('neighbouring dark squares of a row are one run, inside the quiet zone', () => {
  expect(pathOf(['110', '001'])).toBe(`M${QUIET} ${QUIET}h2v1h-2zM${QUIET + 2} ${QUIET + 1}h1v1h-1z`);
  expect(sideOf(['110', '001'])).toBe(10);
});

test('a secret is shown in groups of four', () => {
  expect(grouped('ABCDEFGHIJ')).toBe('ABCD EFGH IJ');
});
