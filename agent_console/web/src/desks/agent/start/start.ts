/** Whom somebody is about to write to first: any page asks, the dialog over the page answers. */

import { computed, reactive } from 'vue';
import { useSession } from '@/session/session';

export interface ToWrite {
  readonly id: string;
  readonly name: string;
}

export const start = reactive<{ person: ToWrite | null }>({ person: null });

export const writeFirst = (person: ToWrite): void => {
  start.person = { id: person.id, name: person.name };
};

/** Whether one's roles begin conversations: those who have an agent's desk. */
export const useMayStart = () => computed(() => useSession().desks.includes('desk'));
