import { expect, it } from 'vitest';
import { caseEditOf, caseFormOf, instantOf, meant, pickable, stepsOf, taskEditOf, taskFormOf } from '@/desks/agent/card/work-edit';
import type { CaseView } from '@/generated/api';
import type { TaskView } from '@/generated/views';

const one: CaseView = {
  id: 'c1', number: 7, person: { id: 'p1', name: 'Ольга' }, subject: 'Çaydanlık', status: 'open', public_status: '', promised_at: null,
  owner: { id: 'u1', name: 'Lena' }, opened_at: '2026-11-22T08:00:00Z', closed_at: null, version: 3, interactions: [],
};
const task: TaskView = {
  id: 't1', title: 'Call back', owner: { id: 'u1', name: 'Lena' }, created_by: 'Lena', given_by: '', created_at: '2026-11-22T08:00:00Z',
  due_at: '2026-11-23T08:00:00Z', done_at: null, person: null, case_id: null, case_number: null, interaction_id: null, if_no_answer: false, version: 2,
};

it('of a case only what is different is sent, under the version that was seen', () => {
  const before = caseFormOf(one);
  expect(caseEditOf(before, { ...before, status: 'closed', publicStatus: ' Sent ' }, 3)).toEqual({ version: 3, status: 'closed', public_status: 'Sent' });
  expect(caseEditOf(before, { ...before, ownerId: '' }, 3)).toEqual({ version: 3, owner_id: null });
  expect(caseEditOf(before, { ...before, subject: 'Çaydanlık ' }, 3)).toBeNull();
});

it('a promise is taken back by emptying it', () => {
  const before = caseFormOf({ ...one, promised_at: '2026-12-01T10:00:00Z' });
  expect(instantOf(before.promised)).toBe('2026-12-01T10:00:00.000Z');
  expect(caseEditOf(before, { ...before, promised: '' }, 3)).toEqual({ version: 3, promised_at: null });
});

it('a closed case can only be opened again', () => {
  expect(stepsOf('closed')).toEqual(['closed', 'open']);
  expect(stepsOf('pending')).toContain('closed');
});

it('a task is given to somebody, and is never nobody\u2019s', () => {
  const before = taskFormOf(task);
  expect(taskEditOf(before, { ...before, ownerId: 'u2', due: '' }, 2)).toEqual({ version: 2, owner_id: 'u2', due_at: null });
  expect(taskEditOf(before, { ...before, ownerId: '' }, 2)).toBeNull();
});

it('people are chosen by what is typed of their names, and namesakes are told apart', () => {
  const people = pickable([{ id: '1', name: 'Lena Fox' }, { id: '2', name: 'Лена Иванова' }, { id: '3', name: 'Lena Fox' }]);
  expect(people.map((p) => p.label)).toEqual(['Lena Fox', 'Лена Иванова', 'Lena Fox (2)']);
  expect(meant(people, 'lena fox')?.id).toBe('1');
  expect(meant(people, 'Lena Fox (2)')?.id).toBe('3');
  expect(meant(people, 'иван')?.id).toBe('2');
  expect(meant(people, 'lena')).toBeNull();
  expect(meant(people, ' ')).toBeNull();
});
