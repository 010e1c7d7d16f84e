import { expect, it } from 'vitest';
import { urgencyOf } from '@/desks/agent/work/urgency';

it('an answer is due within a minute, and late after three', () => {
  expect([0, 59, 60, 179, 180].map(urgencyOf)).toEqual(['', '', 'warn', 'warn', 'bad']);
});
