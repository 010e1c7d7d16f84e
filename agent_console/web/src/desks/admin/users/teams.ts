/** Roles and their queues while a user is edited. */

import type { RoleTeam, TeamView } from '@/generated/api';

export const ROLES = ['agent', 'supervisor', 'manager', 'admin', 'dpo'] as const;
export type Role = (typeof ROLES)[number];

/** Roles for whose permissions it matters which queues they are for. */
export const OF_QUEUES: readonly Role[] = ['agent', 'supervisor'];

/** What is ticked: the queues of each role that is. */
export type Ticked = Partial<Record<Role, readonly string[]>>;

export function tickedOf(teams: readonly TeamView[]): Ticked {
  return Object.fromEntries(teams.map((team) => [team.role, team.queue_ids])) as Ticked;
}

/** As the hub takes it; roles without queues of their own are sent without any. */
export function teamsOf(ticked: Ticked): RoleTeam[] {
  return ROLES.flatMap((role) => {
    const queues = ticked[role];
    return queues ? [{ role, queue_ids: OF_QUEUES.includes(role) ? queues : [] }] : [];
  });
}

/** The same with the role put in or taken out; a new role begins with `all` queues. */
export function withRole(ticked: Ticked, role: Role, isIn: boolean, all: readonly string[]): Ticked {
  const { [role]: _, ...others } = ticked;
  return isIn ? { ...others, [role]: OF_QUEUES.includes(role) ? all : [] } : others;
}

export function withQueue(ticked: Ticked, role: Role, queue: string, isIn: boolean): Ticked {
  const others = (ticked[role] ?? []).filter((id) => id !== queue);
  return { ...ticked, [role]: isIn ? [...others, queue] : others };
}
