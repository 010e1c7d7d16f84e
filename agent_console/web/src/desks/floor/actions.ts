/** What a supervisor can do to a row of the floor, and what that needs to be asked first. */

import type { FloorWork } from '@/generated/api';
import type { FloorAgent, FloorQueue } from '@/generated/views';

export type Action =
  | { readonly kind: 'reassign' | 'prioritise' | 'pull_out' | 'take_over' | 'return'; readonly work: FloorWork }
  | { readonly kind: 'state' | 'message'; readonly agent: FloorAgent }
  | { readonly kind: 'message_queue' | 'alarms'; readonly queue: FloorQueue };

export type WorkAction = 'reassign' | 'prioritise' | 'pull_out' | 'take_over' | 'return';

/** The actions that fit the stage of this work; a call is never taken away from here. */
export function actionsFor(work: FloorWork): readonly WorkAction[] {
  switch (work.state) {
    case 'queued':
    case 'offered':
      return ['reassign', 'prioritise', 'take_over', 'pull_out'];
    case 'assigned':
      return work.channel === 'sip' ? [] : ['reassign', 'take_over', 'return'];
    default:
      return [];
  }
}

/** Refusals that are warnings: the supervisor may insist. */
export const WARNINGS: ReadonlySet<string> = new Set(['agent_full', 'agent_paused', 'not_their_queue']);

/** Whom work can be given to: those who are there, free ones first, and not who has it. */
export function takers(agents: readonly FloorAgent[], work: FloorWork): readonly FloorAgent[] {
  const rank = (agent: FloorAgent): number => (agent.state === 'paused' ? 2 : 0) + (agent.queues.includes(work.queue_id) ? 0 : 1);
  return agents
    .filter((agent) => agent.state !== 'offline' && agent.id !== work.agent_id)
    .toSorted((a, b) => rank(a) - rank(b) || a.load / a.full - b.load / b.full || a.name.localeCompare(b.name));
}
