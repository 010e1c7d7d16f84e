/** The parts of the manager's desk, in the order of its list. A further part is one more entry here. */

import { withKnowledgeWords } from '@/i18n/knowledge-pages';
import type { DeskPart } from '@/shell/desks';

const READERS = ['manager', 'supervisor'] as const;

export const PARTS: readonly DeskPart[] = [
  { name: 'manager-log', path: 'log/:interaction?', label: 'manager.log', icon: 'list', roles: [...READERS, 'dpo'], component: () => import('@/desks/manager/log/InteractionLog.vue') },
  { name: 'manager-reports', path: 'reports', label: 'manager.reports', icon: 'chart', roles: READERS, component: () => import('@/desks/manager/reports/ReportPage.vue') },
  { name: 'manager-activity', path: 'activity', label: 'manager.activity', icon: 'clock', roles: READERS, component: () => import('@/desks/manager/activity/ActivityPage.vue') },
  { name: 'manager-staffing', path: 'staffing', label: 'manager.staffing', icon: 'people', roles: READERS, component: () => import('@/desks/manager/staffing/StaffingPage.vue') },
  { name: 'manager-exports', path: 'exports', label: 'manager.exports', icon: 'file', roles: READERS, component: () => import('@/desks/manager/exports/ExportList.vue') },
  { name: 'manager-imports', path: 'imports/:import?', label: 'manager.imports', icon: 'person', roles: ['manager'], component: () => import('@/desks/clients-pages').then((pages) => pages.imports()) },
  { name: 'manager-person-exports', path: 'person-exports', label: 'manager.person_exports', icon: 'file', roles: ['manager'], component: () => import('@/desks/clients-pages').then((pages) => pages.personExports()) },
  { name: 'manager-doubles', path: 'doubles', label: 'manager.doubles', icon: 'copy', roles: READERS, component: () => import('@/desks/clients-pages').then((pages) => pages.doubles()) },
  { name: 'manager-replies', path: 'replies', label: 'knowledge.replies', icon: 'chat', roles: ['manager', 'supervisor'], component: () => withKnowledgeWords(() => import('@/desks/knowledge/RepliesPage.vue')) },
  { name: 'manager-macros', path: 'macros', label: 'knowledge.macros', icon: 'bolt', roles: ['manager', 'supervisor'], component: () => withKnowledgeWords(() => import('@/desks/knowledge/MacrosPage.vue')) },
  { name: 'manager-articles', path: 'articles', label: 'knowledge.articles', icon: 'book', roles: ['manager', 'supervisor'], component: () => withKnowledgeWords(() => import('@/desks/knowledge/ArticlesPage.vue')) },
];
