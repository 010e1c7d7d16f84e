/** The parts of the administrator's desk, in the order of its list. A further part is one more entry here. */

import { withAccessCodes } from '@/i18n/access-codes';
import { withAuditWords } from '@/i18n/audit-page';
import { withFloorWords } from '@/i18n/floor-pages';
import { withKnowledgeWords } from '@/i18n/knowledge-pages';
import { withMailWords } from '@/i18n/mail-page';
import { withStatusWords } from '@/i18n/status-page';
import { withTelegramWords } from '@/i18n/telegram-page';
import type { DeskPart } from '@/shell/desks';

export const PARTS: readonly DeskPart[] = [
  { name: 'admin-users', path: 'users', label: 'access.users', group: 'desk.group_people', icon: 'person', roles: ['admin'], component: () => withAccessCodes(() => import('@/desks/admin/users/UsersPart.vue')) },
  { name: 'admin-staffing', path: 'staffing', label: 'floor_setup.matrix.title', icon: 'grid', roles: ['admin'], component: () => withFloorWords(() => import('@/desks/admin/floor/SkillMatrix.vue')) },
  { name: 'admin-pauses', path: 'pauses', label: 'floor_setup.pauses.title', icon: 'pause', roles: ['admin'], component: () => withFloorWords(() => import('@/desks/admin/floor/PausesPage.vue')) },
  { name: 'admin-queues', path: 'queues', label: 'floor_setup.queues.title', group: 'desk.group_work', icon: 'queue', roles: ['admin'], component: () => withFloorWords(() => import('@/desks/admin/floor/QueuesPage.vue')) },
  { name: 'admin-hours', path: 'hours', label: 'floor_setup.hours.title', icon: 'clock', roles: ['admin'], component: () => withFloorWords(() => import('@/desks/admin/floor/HoursPage.vue')) },
  { name: 'admin-outcomes', path: 'outcomes', label: 'floor_setup.outcomes.title', icon: 'flag', roles: ['admin'], component: () => withFloorWords(() => import('@/desks/admin/floor/OutcomesPage.vue')) },
  { name: 'admin-sites', path: 'sites', label: 'floor_setup.sites.title', icon: 'globe', roles: ['admin'], component: () => withFloorWords(() => import('@/desks/admin/floor/SitesPage.vue')) },
  { name: 'admin-mail', path: 'mail', label: 'floor_setup.mail.title', icon: 'mail', roles: ['admin'], component: () => withMailWords(() => import('@/desks/admin/mail/MailPage.vue')) },
  { name: 'admin-telegram', path: 'telegram', label: 'floor_setup.telegram.title', icon: 'plane', roles: ['admin'], component: () => withFloorWords(() => withTelegramWords(() => import('@/desks/admin/telegram/TelegramPage.vue'))) },
  { name: 'admin-fields', path: 'client-fields', label: 'person_card.fields', group: 'desk.group_clients', icon: 'list', roles: ['admin'], component: () => import('@/desks/admin/fields/ClientFields.vue') },
  { name: 'admin-shared-lines', path: 'shared-lines', label: 'person_card.shared_lines', icon: 'phone', roles: ['admin'], component: () => import('@/desks/clients-pages').then((pages) => pages.sharedLines()) },
  { name: 'admin-replies', path: 'replies', label: 'knowledge.replies', icon: 'chat', roles: ['admin'], component: () => withKnowledgeWords(() => import('@/desks/knowledge/RepliesPage.vue')) },
  { name: 'admin-macros', path: 'macros', label: 'knowledge.macros', icon: 'bolt', roles: ['admin'], component: () => withKnowledgeWords(() => import('@/desks/knowledge/MacrosPage.vue')) },
  { name: 'admin-articles', path: 'articles', label: 'knowledge.articles', icon: 'book', roles: ['admin'], component: () => withKnowledgeWords(() => import('@/desks/knowledge/ArticlesPage.vue')) },
  { name: 'admin-status', path: 'status', label: 'access.status', group: 'desk.group_system', icon: 'pulse', roles: ['admin'], component: () => withStatusWords(() => import('@/desks/admin/status/StatusPage.vue')) },
  { name: 'admin-audit', path: 'audit', label: 'audit.title', icon: 'list', roles: ['admin', 'dpo'], component: () => withAuditWords(() => import('@/desks/admin/audit/AuditLog.vue')) },
  { name: 'admin-keys', path: 'keys', label: 'access.keys', icon: 'keyboard', roles: ['admin'], component: () => withAccessCodes(() => import('@/desks/admin/keys/KeysPart.vue')) },
  { name: 'admin-webhooks', path: 'webhooks', label: 'access.webhooks', icon: 'arrow', roles: ['admin'], component: () => withAccessCodes(() => import('@/desks/admin/webhooks/WebhooksPart.vue')) },
];
