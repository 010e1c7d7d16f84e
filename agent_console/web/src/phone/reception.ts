/** What becomes of a call that rings in the browser, from what the desk knows of it. Pure. */

import type { CallView } from '@/generated/views';
import type { LegState, Reception } from '@/phone/softphone';

export interface Known {
  readonly me: string;
  readonly calls: readonly CallView[];
  /** By interaction: what is offered to this agent and not answered yet. */
  readonly offered: ReadonlySet<string>;
  /** By interaction: what this agent has taken. */
  readonly taken: ReadonlySet<string>;
  /** By interaction: what this agent has just declined. */
  readonly declined: ReadonlySet<string>;
  readonly isAutoAnswered: boolean;
}

type Leg = Pick<LegState, 'callId'>;

/** The call that rings: the one the hub named, else the only one that can be meant. */
export function callThatRings(leg: Leg, known: Known): CallView | null {
  if (leg.callId) return known.calls.find((call) => call.id === leg.callId) ?? null;
  const open = known.calls.filter((call) => call.stage === 'waiting' || call.stage === 'ringing');
  const mine = open.filter((call) => known.offered.has(call.interaction_id) || known.taken.has(call.interaction_id) || (call.direction === 'outbound' && call.agent?.id === known.me));
  return mine.length === 1 ? (mine[0] ?? null) : null;
}

/** A call that this agent asked for or has taken at the desk is picked up by itself; one they declined is not taken. */
export function receptionOf(leg: Leg, known: Known): Reception {
  const call = callThatRings(leg, known);
  if (call !== null) {
    if (call.direction === 'outbound' && call.agent?.id === known.me && call.stage !== 'talking') return 'answer';
    if (known.declined.has(call.interaction_id)) return 'refuse';
    if (!known.offered.has(call.interaction_id) && known.taken.has(call.interaction_id) && call.stage !== 'talking') return 'answer';
  }
  return known.isAutoAnswered ? 'answer' : 'ring';
}
