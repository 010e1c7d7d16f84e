/** The parts of the administrator's desk, in the order of its list. A further part is one more entry here. */

import type { DeskPart } from '@/shell/desks';

export const PARTS: readonly DeskPart[] = [
  { name: 'admin-audit', path: 'audit', label: 'audit.title', icon: 'list', roles: ['admin', 'dpo'], component: () => import('@/desks/admin/audit/AuditLog.vue') },
];
