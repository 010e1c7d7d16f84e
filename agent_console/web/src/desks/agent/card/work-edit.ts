/** What the forms of a case and of a task say, and what of it is new. */

import { fieldValue } from '@/desks/agent/conversation/times';
import type { CaseView, EditCase, EditTask } from '@/generated/api';
import type { TaskView } from '@/generated/views';

export interface CaseForm {
  subject: string;
  status: CaseView['status'];
  publicStatus: string;
  ownerId: string;
  /** As a field of date and time has it, empty for none. */
  promised: string;
}

export interface TaskForm {
  title: string;
  ownerId: string;
  due: string;
}

const fieldOf = (at: string | null): string => (at === null ? '' : fieldValue(Date.parse(at)));
/** The instant of such a field; null for none. */
export const instantOf = (field: string): string | null => (field ? new Date(field).toISOString() : null);

export const caseFormOf = (one: CaseView): CaseForm => ({
  subject: one.subject,
  status: one.status,
  publicStatus: one.public_status,
  ownerId: one.owner?.id ?? '',
  promised: fieldOf(one.promised_at),
});

/** The steps a case may take: a closed one is opened again before anything else. */
export const stepsOf = (status: CaseView['status']): readonly CaseView['status'][] => (status === 'closed' ? ['closed', 'open'] : ['open', 'pending', 'closed']);

/** Only what differs from `before` is sent; null when nothing does. `version` is the case's that was seen last. */
export function caseEditOf(before: CaseForm, form: CaseForm, version: number): EditCase | null {
  const edit: EditCase = {
    version,
    ...(form.subject.trim() !== before.subject ? { subject: form.subject.trim() } : {}),
    ...(form.status !== before.status ? { status: form.status } : {}),
    ...(form.publicStatus.trim() !== before.publicStatus ? { public_status: form.publicStatus.trim() } : {}),
    ...(form.promised !== before.promised ? { promised_at: instantOf(form.promised) } : {}),
    ...(form.ownerId !== before.ownerId ? { owner_id: form.ownerId || null } : {}),
  };
  return Object.keys(edit).length > 1 ? edit : null;
}

export const taskFormOf = (task: TaskView): TaskForm => ({ title: task.title, ownerId: task.owner.id, due: fieldOf(task.due_at) });

/** The same of a task. */
export function taskEditOf(before: TaskForm, form: TaskForm, version: number): EditTask | null {
  const edit: EditTask = {
    version,
    ...(form.title.trim() !== before.title ? { title: form.title.trim() } : {}),
    ...(form.ownerId !== before.ownerId && form.ownerId ? { owner_id: form.ownerId } : {}),
    ...(form.due !== before.due ? { due_at: instantOf(form.due) } : {}),
  };
  return Object.keys(edit).length > 1 ? edit : null;
}

export interface Pickable {
  readonly id: string;
  readonly label: string;
}

/** People as they are chosen by name: two of one name are told apart by a number. */
export function pickable(people: readonly { readonly id: string; readonly name: string }[]): readonly Pickable[] {
  const seen = new Map<string, number>();
  return people.map(({ id, name }) => {
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return { id, label: n === 1 ? name : `${name} (${n})` };
  });
}

/** Whom the typed words mean: the one of that name, else the only one whose name has them; null for nobody or several. */
export function meant(people: readonly Pickable[], typed: string): Pickable | null {
  const words = typed.trim().toLocaleLowerCase();
  if (!words) return null;
  const exact = people.find(({ label }) => label.toLocaleLowerCase() === words);
  if (exact) return exact;
  const found = people.filter(({ label }) => label.toLocaleLowerCase().includes(words));
  return found.length === 1 ? (found[0] ?? null) : null;
}
