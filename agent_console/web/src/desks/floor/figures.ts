/** Figures of the whole floor, from those of its queues; each formula is in terms.md. */

import type { AgentState, AlarmView, FloorAgent, FloorQuarter, FloorQueue } from '@/generated/views';

type Queues = readonly FloorQueue[];

export const totalWaiting = (queues: Queues): number => queues.reduce((sum, queue) => sum + queue.waiting, 0);

/** Where the oldest waiting work is, and since when. */
export function longestWait(queues: Queues): { readonly queue: FloorQueue; readonly at: string } | null {
  const waiting = queues.flatMap((queue) => (queue.oldest_at === null ? [] : [{ queue, at: queue.oldest_at }]));
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

const NEARLY = 0.1;

/** Against the queue's own goal: reached, missed by less than ten points, missed. */
export function levelTone(level: number | null, goal = 0.8): 'ok' | 'warn' | 'bad' | '' {
  if (level === null) return '';
  if (level >= goal) return 'ok';
  return goal - level <= NEARLY + 1e-9 ? 'warn' : 'bad';
}

export function waitTone(seconds: number): 'bad' | 'warn' | '' {
  if (seconds >= 90) return 'bad';
  return seconds >= 45 ? 'warn' : '';
}

export const STATES: readonly AgentState[] = ['available', 'reserved', 'engaged', 'wrap_up', 'paused', 'offline'];

/** One collator: comparing through the string makes one each time. */
const alphabet = new Intl.Collator();

export type AgentOrder = 'state' | 'name' | 'since' | 'load';

/** By state, then by name: people stay where they are while their timers run. */
export function inOrder(agents: readonly FloorAgent[], by: AgentOrder): readonly FloorAgent[] {
  const name = (a: FloorAgent, b: FloorAgent) => alphabet.compare(a.name, b.name);
  const state = (a: FloorAgent, b: FloorAgent) => STATES.indexOf(a.state) - STATES.indexOf(b.state);
  switch (by) {
    case 'name':
      return agents.toSorted(name);
    case 'since':
      return agents.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since) || name(a, b));
    case 'load':
      return agents.toSorted((a, b) => b.load / b.full - a.load / a.full || name(a, b));
    default:
      return agents.toSorted((a, b) => state(a, b) || name(a, b));
  }
}

/** Those of a queue and in a state; empty is any. */
export const chosen = (agents: readonly FloorAgent[], queue: string, state: string): readonly FloorAgent[] =>
  agents.filter((agent) => (!queue || agent.queues.includes(queue)) && (!state || agent.state === state));

/** A quarter hour over several queues. */
export interface Quarter {
  readonly atMs: number;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly level: number | null;
  readonly waiting: number;
}

/** The day of each queue. The quarters are gone through once, not once a queue: by evening there are thousands. */
export function daysOf(quarters: readonly FloorQuarter[], queues: Queues, nowMs: number): ReadonlyMap<string, readonly Quarter[]> {
  const own = new Map<string, FloorQuarter[]>(queues.map((queue) => [queue.id, []]));
  for (const quarter of quarters) own.get(quarter.queue_id)?.push(quarter);
  return new Map(queues.map((queue) => [queue.id, dayOf(own.get(queue.id) ?? [], [queue], nowMs)]));
}

/** The day's quarters of these queues, from the first with anything to `nowMs`, without gaps. The running one waits as the queues say. */
export function dayOf(quarters: readonly FloorQuarter[], queues: Queues, nowMs: number): readonly Quarter[] {
  const ids = new Set(queues.map((queue) => queue.id));
  const byTime = new Map<number, FloorQuarter[]>();
  for (const quarter of quarters) {
    if (!ids.has(quarter.queue_id)) continue;
    const atMs = Date.parse(quarter.at);
    const sameTime = byTime.get(atMs);
    if (sameTime) sameTime.push(quarter);
    else byTime.set(atMs, [quarter]);
  }
  if (byTime.size === 0) return [];
  const first = Math.min(...byTime.keys());
  const running = first + Math.floor((nowMs - first) / QUARTER_MS) * QUARTER_MS;
  const day: Quarter[] = [];
  for (let atMs = first; atMs <= Math.max(running, ...byTime.keys()); atMs += QUARTER_MS) {
    const rows = byTime.get(atMs) ?? [];
    const sum = (part: (q: FloorQuarter) => number) => rows.reduce((total, row) => total + part(row), 0);
    const measured = rows.filter((row) => row.service_level !== null);
    const weight = measured.reduce((total, row) => total + row.offered, 0);
    day.push({
      atMs,
      offered: sum((q) => q.offered),
      answered: sum((q) => q.answered),
      abandoned: sum((q) => q.abandoned),
      level: weight === 0 ? null : measured.reduce((total, row) => total + (row.service_level ?? 0) * row.offered, 0) / weight,
      waiting: atMs >= running ? totalWaiting(queues) : sum((q) => q.waiting),
    });
  }
  return day;
}

export const QUARTER_MS = 900_000;

/** Points of a line through the levels of the last `most` quarters, in a box of 100 × 20; gaps are skipped. */
export function sparkPoints(day: readonly Quarter[], most = 24): string {
  const last = day.slice(-most);
  const step = last.length > 1 ? 100 / (last.length - 1) : 0;
  return last.flatMap((quarter, n) => (quarter.level === null ? [] : [`${(n * step).toFixed(1)},${(19 - quarter.level * 18).toFixed(1)}`])).join(' ');
}

/** Alarms that nobody looks after come first, then the newest. */
export const byUrgency = (alarms: readonly AlarmView[]): readonly AlarmView[] =>
  alarms.toSorted((a, b) => Number(a.acked_at !== null) - Number(b.acked_at !== null) || Date.parse(b.raised_at) - Date.parse(a.raised_at));

/** The day of the hub that begins at `from`, as the log's filter writes it. */
export const dayText = (from: string): string => new Date(Date.parse(from) + 43_200_000).toISOString().slice(0, 10);
