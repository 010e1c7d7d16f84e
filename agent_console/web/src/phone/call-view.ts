/** A call as the hub tells it, and what an agent can do with it now. Pure. */

import type { CallView } from '@/generated/views';

/**
 * The call that an agent is in: they talk, or it was taken and rings still. A call of an interaction that is only
 * `offered` to them is not theirs yet.
 */
export function ownCall(calls: readonly CallView[], me: string, offered: ReadonlySet<string>): CallView | null {
  const mine = calls.filter((call) => call.agent?.id === me && call.stage !== 'ended' && !offered.has(call.interaction_id));
  return mine.find((call) => call.stage === 'talking') ?? mine[0] ?? null;
}

export const callOf = (calls: readonly CallView[], interactionId: string): CallView | null =>
  calls.find((call) => call.interaction_id === interactionId && call.stage !== 'ended') ?? null;

/** What the bar shows of a call, in one word. */
export type CallFace = 'calling' | 'ringing' | 'talking' | 'held' | 'asking' | 'asked' | 'ended';

export function faceOf(call: CallView): CallFace {
  if (call.stage === 'ended') return 'ended';
  if (call.third_stage === 'talking') return 'asked';
  if (call.third_stage !== null && call.third_stage !== 'ended') return 'asking';
  if (call.stage !== 'talking') return call.direction === 'outbound' ? 'calling' : 'ringing';
  return call.held_since === null ? 'talking' : 'held';
}

export type CallAction = 'hold' | 'resume' | 'keys' | 'record' | 'pause_record' | 'give' | 'consult' | 'join' | 'take_back' | 'hangup';

/** What can be done with a call now; the hub refuses the rest, in words. */
export function actionsOf(call: CallView): ReadonlySet<CallAction> {
  const can = new Set<CallAction>(['hangup']);
  if (call.stage !== 'talking') return can;
  const face = faceOf(call);
  can.add('keys');
  can.add(call.recording === 'on' ? 'pause_record' : 'record');
  if (face === 'asked') can.add('join');
  if (face === 'asked' || face === 'asking') return can.add('take_back');
  can.add(face === 'held' ? 'resume' : 'hold');
  return can.add('give').add('consult');
}

/** Since when the time beside a call runs: the hold, the talk, or the wait. */
export const sinceOf = (call: CallView): string => call.held_since ?? call.answered_at ?? call.started_at;
