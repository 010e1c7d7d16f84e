import { expect, it } from 'vitest';
import { taskTitle } from '@/desks/agent/card/task-title';

const text = { t: (key: string, values: object = {}) => `${key} ${JSON.stringify(values)}`, number: (n: number) => String(n) } as unknown as Parameters<typeof taskTitle>[1];

it.each([
  ['Call back: +905321234567', 'person_card.call_back {"number":"+905321234567"}'],
  ['Call back: +905321234567 (4)', 'person_card.call_back_n {"number":"+905321234567","n":"4"}'],
  ['Call back: Anna about the invoice', 'Call back: Anna about the invoice'],
  ['Geri ara: +905321234567', 'Geri ara: +905321234567'],
])('%s', (title, said) => {
  expect(taskTitle(title, text)).toBe(said);
});
