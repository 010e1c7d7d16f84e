/** The pages about all clients at once, each with its words. Loaded with the first of them: nobody's desk waits for it. */

import { withDoublesWords } from '@/i18n/doubles-page';
import { withImportWords } from '@/i18n/import-page';

export const imports = () => withImportWords(() => import('@/desks/manager/imports/ImportsPage.vue'));
export const personExports = () => withImportWords(() => import('@/desks/manager/imports/PersonExports.vue'));
export const doubles = () => withDoublesWords(() => import('@/desks/manager/doubles/DoublesPage.vue'));
export const sharedLines = () => withDoublesWords(() => import('@/desks/admin/lines/SharedLines.vue'));
