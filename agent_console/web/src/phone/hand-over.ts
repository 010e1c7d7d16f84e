/** To whom a call can be handed, found by what was typed. Pure. */

import type { HandingAgent, QueueView, ToWhom } from '@/generated/api';
import { foundIn } from '@/shell/palette';

export type Handed =
  | { readonly kind: 'agent'; readonly id: string; readonly name: string; readonly agent: HandingAgent }
  | { readonly kind: 'queue'; readonly id: string; readonly name: string; readonly waiting: number }
  | { readonly kind: 'number'; readonly id: string; readonly name: string };

/** A number as it is called: its digits, with the plus it began with; empty when it is none. */
export function numberIn(typed: string): string {
  const plain = typed.trim().replace(/[\s().\-/]/gu, '');
  return /^\+?\d{3,20}$/u.test(plain) ? plain : '';
}

/** A number, or an address of a phone somewhere: `sip:name@host`. */
export function addressIn(typed: string): string {
  const plain = typed.trim();
  return /^sips?:[^\s@<>"]+@[^\s@<>"]+$/iu.test(plain) ? plain : numberIn(plain);
}

/** Colleagues who are there (those who are free first), queues, the number that was typed, and last who is not there. */
export function found(typed: string, agents: readonly HandingAgent[], queues: readonly QueueView[]): readonly Handed[] {
  const number = addressIn(typed);
  const words = typed.trim();
  const people = agents
    .filter((agent) => foundIn(agent.name, words))
    .toSorted((a, b) => Number(b.is_free) - Number(a.is_free))
    .map((agent): Handed => ({ kind: 'agent', id: `agent ${agent.id}`, name: agent.name, agent }));
  const lines = queues.filter((queue) => foundIn(queue.name, words)).map((queue): Handed => ({ kind: 'queue', id: `queue ${queue.id}`, name: queue.name, waiting: queue.waiting }));
  const here = people.filter((one) => !isAway(one));
  return [...(number ? [{ kind: 'number', id: 'number', name: number } as const] : []), ...here, ...lines, ...people.filter(isAway)];
}

/** A colleague who is not there: shown, so that nobody looks for them, and nothing can be handed to them. */
export const isAway = (handed: Handed | null): boolean => handed?.kind === 'agent' && !handed.agent.is_there;

export function targetOf(handed: Handed): ToWhom {
  if (handed.kind === 'number') return { number: handed.name };
  const id = handed.id.slice(handed.kind.length + 1);
  return handed.kind === 'agent' ? { agent_id: id } : { queue_id: id };
}
