import { expect, test } from 'vitest';
import { columnsOf, moved, USUAL } from '@/desks/manager/log/columns';

test('columns come in the order chosen; unknown ones and doubles go, the person stays', () => {
  expect(columnsOf(['wait', 'person', 'nonsense', 'wait'])).toEqual(['wait', 'person']);
  expect(columnsOf(['queue'])).toEqual(['person', 'queue']);
  expect(columnsOf([])).toBe(USUAL);
});

test('a column moves by a place, and not beyond the ends', () => {
  const columns = columnsOf(['start', 'person', 'wait']);
  expect(moved(columns, 'wait', -1)).toEqual(['start', 'wait', 'person']);
  expect(moved(columns, 'start', 1)).toEqual(['person', 'start', 'wait']);
  expect(moved(columns, 'start', -1)).toEqual(columns);
  expect(moved(columns, 'wait', 1)).toEqual(columns);
});
