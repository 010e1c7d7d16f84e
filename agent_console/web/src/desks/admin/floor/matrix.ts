/** The staffing matrix as a spreadsheet: its columns, what was changed, undone, and what a key does. */

import type { CellChange, StaffingView } from '@/generated/api';

export type What = 'skill' | 'capacity' | 'queue';

export interface Column {
  readonly what: What;
  readonly key: string;
  readonly most: number;
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Values that are not saved yet, by the cell's id. */
export type Edits = ReadonlyMap<string, number>;

export interface Step {
  readonly id: string;
  readonly before: number;
  readonly after: number;
}

const MEDIA: readonly Column[] = [
  { what: 'capacity', key: 'voice', most: 1 },
  { what: 'capacity', key: 'chat', most: 20 },
  { what: 'capacity', key: 'mail', most: 60 },
];

/** Skills first, then capacities, then queues. With a queue chosen only the skills that it asks for. */
export function columnsOf(view: StaffingView, queueId: string): readonly Column[] {
  const queue = view.queues.find((one) => one.id === queueId);
  const skills = queue ? view.skills.filter((skill) => skill in queue.skills || skill.startsWith('lang:')) : view.skills;
  const queues = queue ? [queue] : view.queues;
  return [
    ...skills.map((key): Column => ({ what: 'skill', key, most: 10 })),
    ...MEDIA,
    ...queues.map(({ id }): Column => ({ what: 'queue', key: id, most: 1 })),
  ];
}

export const agentsOf = (view: StaffingView, queueId: string): StaffingView['agents'] =>
  queueId ? view.agents.filter((agent) => agent.queues.includes(queueId)) : view.agents;

export const idOf = (agentId: string, column: Column): string => `${agentId}|${column.what}|${column.key}`;

/** What is stored in the cell. */
export function storedIn(view: StaffingView, agentId: string, what: string, key: string): number {
  const agent = view.agents.find((one) => one.id === agentId);
  if (!agent) return 0;
  if (what === 'skill') return agent.skills[key] ?? 0;
  if (what === 'queue') return agent.queues.includes(key) ? 1 : 0;
  return { voice: agent.voice, chat: agent.chat, mail: agent.mail }[key] ?? 0;
}

const cellOf = (id: string): readonly [string, string, string] => {
  const [agent = '', what = '', ...key] = id.split('|');
  return [agent, what, key.join('|')];
};

/** The edits with that cell changed; a cell that is as stored again is no edit. */
export function edited(view: StaffingView, edits: Edits, id: string, value: number): Edits {
  const next = new Map(edits);
  if (storedIn(view, ...cellOf(id)) === value) next.delete(id);
  else next.set(id, value);
  return next;
}

/** What is sent. */
export function changesOf(view: StaffingView, edits: Edits): readonly CellChange[] {
  return [...edits].map(([id, after]) => {
    const [agent_id, what, key] = cellOf(id);
    return { agent_id, what, key, before: storedIn(view, agent_id, what, key), after };
  });
}

/** The same edits on a newer matrix: those still to be made, and the cells that somebody else changed too. */
export function rebased(older: StaffingView, newer: StaffingView, edits: Edits): { edits: Edits; met: ReadonlySet<string> } {
  let next: Edits = new Map();
  const met = new Set<string>();
  for (const [id, value] of edits) {
    const cell = cellOf(id);
    if (!newer.agents.some((agent) => agent.id === cell[0])) continue;
    if (storedIn(older, ...cell) !== storedIn(newer, ...cell)) met.add(id);
    next = edited(newer, next, id, value);
  }
  return { edits: next, met };
}

/** Where a key leads from a place, or null for a key that leads nowhere. */
export function moved(from: Place, key: string, isFar: boolean, rows: number, columns: number): Place | null {
  const at = (row: number, column: number): Place => ({
    row: Math.max(0, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  });
  switch (key) {
    case 'ArrowUp':
      return at(isFar ? 0 : from.row - 1, from.column);
    case 'ArrowDown':
    case 'Enter':
      return at(isFar ? rows - 1 : from.row + 1, from.column);
    case 'ArrowLeft':
      return at(from.row, isFar ? 0 : from.column - 1);
    case 'ArrowRight':
      return at(from.row, isFar ? columns - 1 : from.column + 1);
    case 'Home':
      return at(isFar ? 0 : from.row, 0);
    case 'End':
      return at(isFar ? rows - 1 : from.row, columns - 1);
    case 'PageUp':
      return at(from.row - 10, from.column);
    case 'PageDown':
      return at(from.row + 10, from.column);
    default:
      return null;
  }
}

/** The value after a key typed into a cell that holds `value`; null for a key that types nothing.
 * `isContinued`: a digit was typed here a moment ago, so that 1 and 0 make 10. */
export function typed(value: number, key: string, column: Column, isContinued: boolean): number | null {
  if (/^\d$/.test(key)) {
    const longer = isContinued ? value * 10 + Number(key) : Number(key);
    return longer <= column.most ? longer : Math.min(Number(key), column.most);
  }
  switch (key) {
    case 'Delete':
    case 'Backspace':
      return 0;
    case '+':
      return Math.min(value + 1, column.most);
    case '-':
      return Math.max(value - 1, 0);
    case ' ':
      return column.most === 1 ? 1 - value : null;
    default:
      return null;
  }
}
