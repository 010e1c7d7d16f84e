/** The desks: which roles open them, what they are called, and the parts that some of them have. */

import type { Component } from 'vue';
import type { Key } from '@/i18n/text';
import type { IconName } from '@/parts/Icon.vue';

export type DeskName = 'desk' | 'floor' | 'manager' | 'admin';

/** Home is the first desk of somebody's roles. */
export const DESKS: Readonly<Record<DeskName, { readonly roles: readonly string[]; readonly label: Key }>> = {
  desk: { roles: ['agent', 'supervisor'], label: 'desk.agent' },
  floor: { roles: ['supervisor', 'manager'], label: 'desk.floor' },
  manager: { roles: ['manager', 'supervisor', 'dpo'], label: 'desk.manager' },
  admin: { roles: ['admin', 'dpo'], label: 'desk.admin' },
};

/** One part of a desk: a page of its own under the desk's address, in the desk's list. */
export interface DeskPart {
  /** Route name; the address is `/<desk>/<path>`. */
  readonly name: string;
  readonly path: string;
  readonly label: Key;
  readonly icon: IconName;
  readonly roles: readonly string[];
  /** The heading that it begins a group under, in a long list. */
  readonly group?: Key;
  readonly component: () => Promise<{ readonly default: Component }>;
}

/** The desks of somebody with these roles, the first one being home. */
export function desksOf(roles: readonly string[]): readonly DeskName[] {
  const open = (Object.keys(DESKS) as DeskName[]).filter((desk) => DESKS[desk].roles.some((role) => roles.includes(role)));
  // a supervisor who is no agent has the agent's desk for what they took over: it is not where they begin
  return roles.includes('agent') ? open : open.toSorted((a, b) => Number(a === 'desk') - Number(b === 'desk'));
}

/** The parts of a desk that these roles may open. */
export function partsOf(parts: readonly DeskPart[], roles: readonly string[]): readonly DeskPart[] {
  return parts.filter((part) => part.roles.some((role) => roles.includes(role)));
}

const SEE_CLIENTS = ['agent', 'supervisor', 'manager', 'dpo'] as const;

/** Whether these roles look up clients, and with them organizations. */
export const seeClients = (roles: readonly string[]): boolean => SEE_CLIENTS.some((role) => roles.includes(role));
