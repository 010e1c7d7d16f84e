/** Figures of the whole floor, from those of its queues; each formula is in terms.md. */

import type { AgentView, WallboardQueue } from '@/generated/api';
import type { AgentState } from '@/generated/views';

type Queues = readonly WallboardQueue[];

export const totalWaiting = (queues: Queues): number => queues.reduce((sum, queue) => sum + queue.waiting, 0);

/** Where the oldest waiting work is, and since when. */
export function longestWait(queues: Queues): { readonly queue: string; readonly at: string } | null {
  const waiting = queues.flatMap((queue) => (queue.oldest_at === null ? [] : [{ queue: queue.name, at: queue.oldest_at }]));
  return waiting.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))[0] ?? null;
}

/** The queues' levels weighted by what was offered; null where nothing was. */
export function serviceLevel(queues: Queues): number | null {
  const measured = queues.filter((queue) => queue.service_level !== null && queue.offered > 0);
  const offered = measured.reduce((sum, queue) => sum + queue.offered, 0);
  return offered === 0 ? null : measured.reduce((sum, queue) => sum + (queue.service_level ?? 0) * queue.offered, 0) / offered;
}

/** Abandoned ÷ offered; null where nothing was offered. */
export function abandonedShare(queues: Queues): number | null {
  const offered = queues.reduce((sum, queue) => sum + queue.offered, 0);
  return offered === 0 ? null : queues.reduce((sum, queue) => sum + queue.abandoned, 0) / offered;
}

const GOOD_LEVEL = 0.8;
const POOR_LEVEL = 0.7;

export function levelTone(level: number | null): 'ok' | 'warn' | 'bad' | '' {
  if (level === null) return '';
  if (level >= GOOD_LEVEL) return 'ok';
  return level >= POOR_LEVEL ? 'warn' : 'bad';
}

export function waitTone(seconds: number): 'bad' | 'warn' | '' {
  if (seconds >= 90) return 'bad';
  return seconds >= 45 ? 'warn' : '';
}

const ORDER: readonly AgentState[] = ['available', 'reserved', 'engaged', 'wrap_up', 'paused', 'offline'];

/** By state, then by name: people stay where they are while their timers run. */
export const inOrderOfState = (agents: readonly AgentView[]): readonly AgentView[] =>
  agents.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name));
