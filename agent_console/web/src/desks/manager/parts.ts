/** The parts of the manager's desk, in the order of its list. A further part is one more entry here. */

import type { DeskPart } from '@/shell/desks';

export const PARTS: readonly DeskPart[] = [
  { name: 'manager-log', path: 'log/:interaction?', label: 'manager.log', icon: 'list', roles: ['manager', 'supervisor', 'dpo'], component: () => import('@/desks/manager/log/InteractionLog.vue') },
  { name: 'manager-exports', path: 'exports', label: 'manager.exports', icon: 'file', roles: ['manager', 'supervisor'], component: () => import('@/desks/manager/exports/ExportList.vue') },
];
