/** Which colour an outcome has; the words say it too. */

import type { Outcome } from '@/generated/api';

const TONES: Readonly<Record<Outcome, 'ok' | 'bad' | 'warn' | ''>> = {
  answered: 'ok',
  abandoned: 'bad',
  flowed_out: '',
  callback: 'warn',
  still_waiting: 'warn',
};
export const outcomeTone = (outcome: Outcome): string => TONES[outcome];
