/** Which tasks came due since they were last looked at. */

import type { TaskView } from '@/generated/views';

type Due = Pick<TaskView, 'id' | 'due_at'>;

/** What is due by `nowMs`. A task that gets a later date comes due again. */
export function dueBy<T extends Due>(tasks: readonly T[], nowMs: number): readonly T[] {
  return tasks.filter((task) => task.due_at !== null && Date.parse(task.due_at) <= nowMs);
}

export const dueKey = (task: Due): string => `${task.id} ${task.due_at}`;

/** Those due that nobody was told of yet; `told` null: the desk has just opened, and its list shows what is late. */
export function newlyDue<T extends Due>(tasks: readonly T[], told: ReadonlySet<string> | null, nowMs: number): readonly T[] {
  return told === null ? [] : dueBy(tasks, nowMs).filter((task) => !told.has(dueKey(task)));
}
