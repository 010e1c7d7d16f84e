import { expect, test } from 'vitest';
import { addressOf, askedBy, questionOf, toggled, valuesOf, withValues } from '@/desks/manager/log/filter';

test('an address and what it asks for are the same thing', () => {
  const query = { queue: 'q1,q2', outcome: 'abandoned', from: '2026-11-01', to: '2026-11-28', order: 'wait', dir: 'asc', columns: 'start,person' };
  const asked = askedBy(query);
  expect(asked).toEqual({
    filter: { queue: 'q1,q2', outcome: 'abandoned', from: '2026-11-01', to: '2026-11-28' },
    order: 'wait',
    descending: false,
    columns: ['start', 'person'],
  });
  expect(addressOf(asked)).toEqual(query);
  expect(questionOf(asked)).toEqual({ queue: 'q1,q2', outcome: 'abandoned', from: '2026-11-01', to: '2026-11-28', order: 'wait', descending: 'false' });
});

test('what is not ours in an address is left out, and the usual is not written', () => {
  const asked = askedBy({ order: 'nonsense', evil: '1', q: ['parcel', 'two'], tier: null });
  expect(addressOf(asked)).toEqual({ q: 'parcel' });
});

test('values are put in and taken out one by one', () => {
  let filter = withValues({}, 'queue', toggled([], 'q1'));
  filter = withValues(filter, 'queue', toggled(valuesOf(filter, 'queue'), 'q2'));
  expect(filter).toEqual({ queue: 'q1,q2' });
  filter = withValues(filter, 'queue', toggled(valuesOf(filter, 'queue'), 'q1'));
  expect(filter).toEqual({ queue: 'q2' });
  expect(withValues(filter, 'queue', [])).toEqual({});
});
