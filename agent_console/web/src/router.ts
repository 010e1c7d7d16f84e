/** The pages, and who may open them. A further desk is one more line here and in `shell/desks.ts`. */

import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw, type RouteRecordRaw } from 'vue-router';
import * as calls from '@/api/calls';
import { Refusal } from '@/api/http';
import { PARTS as ADMIN_PARTS } from '@/desks/admin/parts';
import { loadAgentDesk } from '@/desks/agent/loading';
import { PARTS as MANAGER_PARTS } from '@/desks/manager/parts';
import { withAccessCodes } from '@/i18n/access-codes';
import { withKnowledgeWords } from '@/i18n/knowledge-pages';
import { withOrganizationWords } from '@/i18n/organization-page';
import { withPhoneWords } from '@/i18n/phone-page';
import SignIn from '@/pages/SignIn.vue';
import { useSession } from '@/session/session';
import type { DeskName, DeskPart } from '@/shell/desks';

declare module 'vue-router' {
  interface RouteMeta {
    desk?: DeskName;
    /** For whoever is signed in. */
    everybody?: boolean;
  }
}

/** The pages of a desk's parts. */
function pagesOf(desk: DeskName, parts: readonly DeskPart[]): RouteRecordRaw[] {
  return parts.map((part) => ({ path: part.path, name: part.name, component: part.component, meta: { desk } }));
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: SignIn },
    { path: '/setup', name: 'setup', component: () => import('@/pages/SetUp.vue') },
    { path: '/welcome', name: 'welcome', component: () => import('@/pages/Welcome.vue') },
    { path: '/first', name: 'first', component: () => import('@/pages/MustFirst.vue') },
    { path: '/account', name: 'account', component: () => withAccessCodes(() => import('@/shell/account/AccountPage.vue')), meta: { everybody: true } },
    { path: '/my-replies', name: 'my-replies', component: () => withKnowledgeWords(() => import('@/desks/knowledge/OwnRepliesPage.vue')), meta: { desk: 'desk' } },
    { path: '/my-phone', name: 'my-phone', component: () => withPhoneWords(() => import('@/phone/settings/PhonePage.vue')), meta: { desk: 'desk' } },
    { path: '/organizations/:organization?', name: 'organizations', component: () => withOrganizationWords(() => import('@/desks/organizations/OrganizationsPage.vue')), meta: { everybody: true } },
    { path: '/', name: 'desk', component: loadAgentDesk, meta: { desk: 'desk' } },
    { path: '/floor', name: 'floor', component: () => import('@/desks/floor/FloorDesk.vue'), meta: { desk: 'floor' } },
    { path: '/manager', name: 'manager', component: () => import('@/desks/manager/ManagerDesk.vue'), meta: { desk: 'manager' }, children: pagesOf('manager', MANAGER_PARTS) },
    { path: '/admin', name: 'admin', component: () => import('@/desks/admin/AdminDesk.vue'), meta: { desk: 'admin' }, children: pagesOf('admin', ADMIN_PARTS) },
    { path: '/:elsewhere(.*)*', redirect: '/' },
  ],
});

router.beforeEach(async (to, from) => {
  const session = useSession();
  if (to.name === 'welcome') return true;
  try {
    await session.restore();
    if (session.user === null) return await toGate(to);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return to.name === 'sign-in' ? true : signInFor(to);
  }
  if (session.mustFirst) return to.name === 'first' ? true : { name: 'first' };
  const home = session.desks[0];
  // the address without a path is everybody's home, not only the agent's desk
  const isArriving = !from.meta.desk && to.name === 'desk' && Object.keys(to.query).length === 0;
  if (isArriving && home && home !== 'desk') return { name: home };
  if (to.meta.everybody) return true;
  if (to.meta.desk && session.desks.includes(to.meta.desk)) return true;
  return home ? { name: home } : to.name === 'sign-in' ? true : { name: 'sign-in' };
});

/** Where somebody goes who is not signed in. */
async function toGate(to: RouteLocationNormalized): Promise<RouteLocationRaw | true> {
  const { needed } = await calls.setUpState();
  if (needed) return to.name === 'setup' ? true : { name: 'setup' };
  return to.name === 'sign-in' ? true : signInFor(to);
}

function signInFor(to: RouteLocationNormalized): RouteLocationRaw {
  const wanted = to.meta.desk && to.fullPath !== '/' ? { to: to.fullPath } : {};
  return { name: 'sign-in', query: wanted };
}
