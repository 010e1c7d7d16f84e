/** One form that is saved: whether it is on its way, what went wrong, and what was done. */

import { ref, type Ref } from 'vue';
import { say, wordsOf } from '@/shell/notices';
import { Refusal } from '@/api/http';

export interface Saving {
  readonly isBusy: Ref<boolean>;
  readonly problem: Ref<string>;
  /** The field of the last refusal, as the hub names it. */
  readonly field: Ref<string>;
  /** Do it once at a time; `done` is said when it went well. Whether it did. */
  run(work: () => Promise<void>, done?: string): Promise<boolean>;
}

export function useSaving(): Saving {
  const isBusy = ref(false);
  const problem = ref('');
  const field = ref('');
  return {
    isBusy,
    problem,
    field,
    async run(work, done) {
      if (isBusy.value) return false;
      isBusy.value = true;
      problem.value = '';
      field.value = '';
      try {
        await work();
        if (done) say(done);
        return true;
      } catch (error) {
        problem.value = wordsOf(error);
        field.value = error instanceof Refusal ? (error.field ?? '') : '';
        return false;
      } finally {
        isBusy.value = false;
      }
    },
  };
}

/** A key for one attempt to create something: the same attempt again creates nothing. */
export const attempt = (): string => crypto.randomUUID();
