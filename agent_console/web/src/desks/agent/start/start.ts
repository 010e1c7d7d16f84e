/** Whom somebody is about to write to first: any page asks, the dialog over the page answers. */

import { computed, reactive } from 'vue';
import { begunBy } from '@/desks/agent/start/begun';
import { useSession } from '@/session/session';

export interface ToWrite {
  /** Empty for an address that is no client's yet. */
  readonly id: string;
  readonly name: string;
  readonly address?: string;
}

export const start = reactive<{ person: ToWrite | null }>({ person: null });

export const writeFirst = (person: ToWrite): void => {
  start.person = { id: person.id, name: person.name };
};

/** A letter to an address that is no client's yet: whoever has it is a client with the letter. */
export const writeTo = (address: string): void => {
  start.person = { id: '', name: address, address };
};

/** What this user began before the page was loaded anew is on the screen again. */
export const takeUpBegun = (): void => {
  const session = useSession();
  if (session.user && session.desks.includes('desk')) start.person ??= begunBy(sessionStorage, session.user.id)?.person ?? null;
};

/** Whether one's roles begin conversations: those who have an agent's desk. */
export const useMayStart = () => computed(() => useSession().desks.includes('desk'));
