/** The page of things that are kept with a form each (accounts of mail, bots): chosen, added, saved, tried out, deleted. */
import { computed, nextTick, onBeforeUnmount, onMounted, ref, shallowRef, useTemplateRef, type Ref } from 'vue';
import { attempt, useSaving } from '@/desks/admin/floor/saving';
import { whileVisible } from '@/time/while-visible';

const FOLLOW_MS = 4_000;

interface Kept {
  readonly id: string;
  readonly name: string;
}

/** What differs. `T` is one as the hub tells it, `F` its form. */
export interface Ways<T extends Kept, F> {
  /** All of them, with how each fares. */
  readonly list: () => Promise<readonly T[]>;
  /** What the form needs beside them, read with each reload. */
  readonly beside: () => Promise<void>;
  readonly formOf: (one: T) => F;
  readonly blank: () => F;
  readonly isChanged: (form: F, before: F) => boolean;
  /** The hub answered only now: what nobody chose yet in a form for a new one is filled in. */
  readonly filled: (form: F) => void;
  readonly put: (before: T | null, form: F, key: string) => Promise<T>;
  readonly remove: (one: T) => Promise<void>;
  readonly tryOut: (form: F, chosen: T | null) => Promise<void>;
  /** What trying said, or is asked, counts no more. */
  readonly forget: () => void;
  readonly saved: () => string;
  readonly deleted: () => string;
}

/** The page has `ref="detail"` at its form, `ref="asking"` at the question before deleting, `ref="leaving"` at the one about
 * changes that are not saved, and `data-delete` at the button that deletes. */
export function useKeptPage<T extends Kept, F>(ways: Ways<T, F>) {
  const items = shallowRef<readonly T[]>([]);
  const chosen = shallowRef<T | null>(null);
  const form = ref(null) as Ref<F | null>;
  const key = ref('');
  /** How often somebody looked. */
  const looks = ref(0);
  const loading = useSaving();
  const saving = useSaving();
  const trying = useSaving();
  const deleting = useSaving();
  const isAsking = ref(false);
  /** Where somebody wants to go while what they changed here is not saved: one of them, or null for a new one. */
  const leavingTo = shallowRef<{ readonly one: T | null } | null>(null);
  /** How the chosen one fares now; its form stays as it was begun. */
  const faring = computed(() => items.value.find((one) => one.id === chosen.value?.id) ?? chosen.value);
  const refused = computed(() => saving.field.value || trying.field.value);
  const wentWrong = computed(() => saving.problem.value || trying.problem.value || deleting.problem.value);
  const detail = useTemplateRef<HTMLFormElement>('detail');
  const asking = useTemplateRef<HTMLElement>('asking');
  const leaving = useTemplateRef<HTMLElement>('leaving');

  whileVisible(follow, FOLLOW_MS);

  async function load(): Promise<void> {
    looks.value++;
    await loading.run(async () => {
      const [found] = await Promise.all([ways.list(), ways.beside()]);
      items.value = found;
      const again = found.find((one) => one.id === chosen.value?.id) ?? found[0];
      // whoever is adding one, and may have been quicker than the hub, goes on with it
      if (form.value && !chosen.value) ways.filled(form.value);
      else if (again && isUnsaved()) leavingTo.value = { one: again };
      else if (again) choose(again);
    });
  }

  /** The first look, then how each fares: what somebody types is left alone. */
  async function follow(): Promise<void> {
    if (!form.value && !items.value.length) return load();
    try {
      items.value = await ways.list();
    } catch {
      // the last that is known stands, and the next look is near
    }
  }

  const isUnsaved = (): boolean => form.value !== null && ways.isChanged(form.value, chosen.value ? ways.formOf(chosen.value) : ways.blank());

  function choose(one: T | null): void {
    chosen.value = one;
    leavingTo.value = null;
    form.value = one ? ways.formOf(one) : ways.blank();
    key.value = attempt();
    isAsking.value = false;
    ways.forget();
    for (const each of [saving, trying, deleting]) each.problem.value = each.field.value = '';
  }

  async function open(one: T | null): Promise<void> {
    choose(one);
    await nextTick();
    detail.value?.querySelector<HTMLInputElement>('input')?.focus();
  }

  /** What was changed is thrown away only when that is said. */
  async function leave(one: T | null): Promise<void> {
    if (one && one.id === chosen.value?.id) return;
    if (!isUnsaved()) return open(one);
    leavingTo.value = { one };
    await nextTick();
    leaving.value?.querySelector<HTMLElement>('button')?.focus();
  }

  async function stay(): Promise<void> {
    leavingTo.value = null;
    await nextTick();
    detail.value?.querySelector<HTMLInputElement>('input')?.focus();
  }

  function lost(event: BeforeUnloadEvent): void {
    if (isUnsaved()) event.preventDefault();
  }
  onMounted(() => window.addEventListener('beforeunload', lost));
  onBeforeUnmount(() => window.removeEventListener('beforeunload', lost));

  function begun(): void {
    isAsking.value = false;
    ways.forget();
    for (const each of [saving, trying, deleting]) each.problem.value = each.field.value = '';
  }

  async function save(): Promise<void> {
    const draft = form.value;
    if (!draft) return;
    begun();
    const went = await saving.run(async () => {
      const put = await ways.put(chosen.value, draft, key.value);
      // how it fares is known a moment later
      items.value = [...items.value.filter((one) => one.id !== put.id), put].sort((a, b) => a.name.localeCompare(b.name));
      choose(put);
    }, ways.saved());
    if (!went) await toWrong();
  }

  async function tryOut(): Promise<void> {
    const draft = form.value;
    if (!draft || !detail.value?.reportValidity()) return;
    begun();
    if (!(await trying.run(() => ways.tryOut(draft, chosen.value)))) await toWrong();
  }

  /** The question has the focus while it stands; then the button that asked. */
  async function ask(is: boolean): Promise<void> {
    isAsking.value = is;
    ways.forget();
    await nextTick();
    (is ? asking.value?.querySelector<HTMLElement>('button') : detail.value?.querySelector<HTMLElement>('[data-delete]'))?.focus();
  }

  function escaped(event: Event): void {
    if (!isAsking.value) return;
    event.stopPropagation();
    void ask(false);
  }

  /** Whether it is gone. */
  async function remove(): Promise<boolean> {
    const gone = chosen.value;
    if (!gone) return false;
    return deleting.run(async () => {
      await ways.remove(gone);
      items.value = items.value.filter((one) => one.id !== gone.id);
      form.value = null;
      chosen.value = null;
      const next = items.value[0];
      if (next) await open(next);
    }, ways.deleted());
  }

  async function toWrong(): Promise<void> {
    await nextTick();
    detail.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  return { items, chosen, form, looks, loading, saving, trying, deleting, isAsking, leavingTo, faring, refused, wentWrong, load, choose, open, leave, stay, save, tryOut, ask, escaped, remove };
}
