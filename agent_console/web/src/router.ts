/** The pages, and who may open them. A further desk is one more line here and in `session.ts`. */

import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from 'vue-router';
import * as calls from '@/api/calls';
import { Refusal } from '@/api/http';
import AgentDesk from '@/desks/agent/AgentDesk.vue';
import SignIn from '@/pages/SignIn.vue';
import { type DeskName, useSession } from '@/session/session';

declare module 'vue-router' {
  interface RouteMeta {
    desk?: DeskName;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: SignIn },
    { path: '/setup', name: 'setup', component: () => import('@/pages/SetUp.vue') },
    { path: '/', name: 'desk', component: AgentDesk, meta: { desk: 'desk' } },
    { path: '/floor', name: 'floor', component: () => import('@/desks/floor/FloorDesk.vue'), meta: { desk: 'floor' } },
    { path: '/audit', name: 'audit', component: () => import('@/desks/audit/AuditDesk.vue'), meta: { desk: 'audit' } },
    { path: '/:elsewhere(.*)*', redirect: '/' },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  try {
    await session.restore();
    if (session.user === null) return await toGate(to);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return to.name === 'sign-in' ? true : signInFor(to);
  }
  const home = session.desks[0];
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
