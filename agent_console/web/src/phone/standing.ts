/** How one's phone stands, for the light and the settings. Pure. */

import type { PhoneView } from '@/generated/api';
import type { PhoneState } from '@/phone/softphone';

export interface Standing {
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly state: 'ready' | 'registering' | 'lost';
  /** Why calls do not come; empty when they do, or will in a moment. One of the words under `phone.why` or `phone.error`. */
  readonly why: string;
  /** What is put into the words of `why`. */
  readonly code: string;
}

const READY: Standing = { tone: 'ok', state: 'ready', why: '', code: '' };
const SOON: Standing = { tone: 'warn', state: 'registering', why: '', code: '' };
const lost = (why: string, code = ''): Standing => ({ tone: 'bad', state: 'lost', why, code });

const KNOWN = new Set(['no_connection', 'no_answer', 'unreachable', 'taken']);

/** `state` is that of the window which is the phone, null while none has told; `isReached`: the hub can ring the phone that one chose. */
export function standingOf(choice: Pick<PhoneView, 'kind' | 'refused'>, state: PhoneState | null, isReached: boolean): Standing {
  if (choice.kind !== 'browser') return isReached ? READY : lost(choice.refused || choice.kind);
  if (state === null) return SOON;
  if (state.microphone !== null) return lost(state.microphone);
  const { stage, why } = state.line;
  if (stage === 'ready') return READY;
  if (stage === 'registering' || (stage === 'off' && why === '')) return SOON;
  if (KNOWN.has(why)) return lost(why);
  return why.startsWith('sip_') ? lost('refused', why.slice(4)) : lost('other', why);
}
