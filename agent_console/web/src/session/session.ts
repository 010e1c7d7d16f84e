/** Who is signed in at this window, and what their roles let them open. */

import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import * as calls from '@/api/calls';
import { onSignedOut, Refusal, useCsrf } from '@/api/http';
import type { SetUp, SignedIn, SignIn } from '@/generated/api';
import type { MeView } from '@/generated/views';
import { desksOf } from '@/shell/desks';

/** The sign-in is a cookie that no script can read: the hub marks the page that was asked for with one. */
const mayBeSignedIn = (): boolean => import.meta.env.DEV || 'session' in document.documentElement.dataset;

export const useSession = defineStore('session', () => {
  const user = ref<MeView | null>(null);
  /** The sign-in ended by itself; the sign-in page says so. */
  const hasEnded = ref(false);
  /** What has to be done before anything else is allowed, as the hub's code; empty when nothing. */
  const mustFirst = ref('');
  /** The password that was just typed, while another one has to be chosen: nobody types it twice. */
  const typed = ref('');
  const desks = computed(() => (mustFirst.value ? [] : desksOf(user.value?.roles ?? [])));
  let asked: Promise<void> | null = null;

  onSignedOut(() => {
    if (user.value !== null) ended();
  });

  function begin(answer: SignedIn): void {
    useCsrf(answer.csrf);
    hasEnded.value = false;
    mustFirst.value = answer.must_first;
    user.value = answer.user;
  }

  /** Asks the hub once whether this browser is signed in, if it may be. Throws Refusal when the hub cannot say. */
  function restore(): Promise<void> {
    if (user.value !== null || (!asked && !mayBeSignedIn())) return Promise.resolve();
    asked ??= calls
      .whoAmI()
      .then(begin)
      .catch((error: unknown) => {
        if (error instanceof Refusal && error.status === 401) return;
        asked = null;
        throw error;
      });
    return asked;
  }

  async function signIn(body: SignIn): Promise<void> {
    begin(await calls.signIn(body));
    typed.value = mustFirst.value ? body.password : '';
  }

  /** Asks again who is signed in: what had to be done is done. */
  async function renew(): Promise<void> {
    typed.value = '';
    begin(await calls.whoAmI());
  }

  async function setUp(body: SetUp): Promise<void> {
    begin(await calls.setUp(body));
  }

  async function signOut(): Promise<void> {
    await calls.signOut();
    user.value = null;
  }

  /** The hub says that the sign-in is over. */
  function ended(): void {
    hasEnded.value = true;
    user.value = null;
  }

  return { user, hasEnded, mustFirst, typed, desks, restore, renew, signIn, setUp, signOut, ended };
});
