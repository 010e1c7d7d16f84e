/** The people one may name in a note: asked for once a sign-in, when they are first needed. */

import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { colleagues as ask } from '@/api/talk';
import { Refusal } from '@/api/http';
import type { ColleagueView } from '@/generated/api';

const FRESH_MS = 60_000;

export const useColleagues = defineStore('colleagues', () => {
  const people = shallowRef<readonly ColleagueView[]>([]);
  const isLoaded = ref(false);
  let askedAtMs = 0;

  async function load(): Promise<void> {
    if (Date.now() - askedAtMs < FRESH_MS) return;
    askedAtMs = Date.now();
    try {
      people.value = (await ask()).items;
      isLoaded.value = true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      askedAtMs = 0;
    }
  }

  return { people, isLoaded, load };
});
