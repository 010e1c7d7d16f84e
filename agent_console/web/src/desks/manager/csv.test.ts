import { expect, test } from 'vitest';
import { csvOf } from '@/desks/manager/csv';

test('texts are quoted where they must be, numbers stay numbers, nothing is a formula', () => {
  expect(csvOf([['a,b', 'say "hi"', 1.5, null], ['=1+1', '+90 532', '-', '-5']])).toBe(
    '"a,b","say ""hi""",1.5,\r\n\'=1+1,\'+90 532,\'-,-5\r\n',
  );
});
