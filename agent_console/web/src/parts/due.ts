/** What is due to a client in writing, the most pressing first, as of a moment. */

import type { ClocksNow } from '@/generated/views';

/** `returns`: the work leaves its agent then. */
export type DueKind = 'returns' | 'first_response' | 'next_response' | 'resolution';
export type Tone = '' | 'warn' | 'bad';

export interface Due {
  readonly kind: DueKind;
  readonly at: string;
  /** Seconds until then; of what is late, seconds since. */
  readonly seconds: number;
  readonly isLate: boolean;
  readonly tone: Tone;
}

/** What is due within this time presses. */
const SOON_S = 900;

/** The reply timer only counts here once its agent was warned: before that there is nothing to hurry for. */
export function dueOf(clocks: ClocksNow | null | undefined, nowMs: number): Due[] {
  if (!clocks) return [];
  const found: Due[] = [];
  const add = (kind: DueKind, at: string | null): void => {
    if (at === null) return;
    const left = (Date.parse(at) - nowMs) / 1000;
    const isLate = left < 0 && kind !== 'returns';
    const tone = isLate || kind === 'returns' ? 'bad' : left <= SOON_S ? 'warn' : '';
    found.push({ kind, at, seconds: isLate ? -left : Math.max(0, left), isLate, tone });
  };
  if (clocks.warned_at !== null) add('returns', clocks.returns_at);
  if (clocks.response) add(clocks.response === 'first_response' ? 'first_response' : 'next_response', clocks.response_due_at);
  add('resolution', clocks.resolution_due_at);
  return found;
}
