/** The @ in a field: which list is shown, which of it is marked, and what a press means while it is. */

import { computed, nextTick, type Ref, ref, shallowRef } from 'vue';
import { useColleagues } from '@/desks/agent/conversation/colleagues';
import { type Asking, askedFor, fitting, named, stillNamed } from '@/desks/agent/conversation/naming';
import type { ColleagueView } from '@/generated/api';

/** `changed` hears of a name that was put into the text. */
export function useNaming(words: Ref<string>, field: Ref<HTMLTextAreaElement | null>, changed: () => void) {
  const colleagues = useColleagues();
  const people = shallowRef<readonly ColleagueView[]>([]);
  const asking = shallowRef<Asking | null>(null);
  const current = ref(0);
  const found = computed(() => (asking.value ? fitting(colleagues.people, asking.value.words) : []));
  const isShown = computed(() => asking.value !== null && colleagues.isLoaded);

  function ask(isWanted: boolean): void {
    asking.value = isWanted && field.value ? askedFor(words.value, field.value.selectionStart) : null;
    current.value = 0;
    if (asking.value) void colleagues.load();
  }

  function choose(person: ColleagueView): void {
    const el = field.value;
    if (!asking.value || !el) return;
    const after = named(words.value, asking.value, el.selectionStart, person);
    words.value = after.text;
    people.value = [...people.value, person];
    asking.value = null;
    void nextTick(() => {
      el.setSelectionRange(after.caret, after.caret);
      changed();
    });
  }

  /** Whether the press was for the list. */
  function pressed(event: KeyboardEvent): boolean {
    if (asking.value === null) return false;
    const count = found.value.length;
    const marked = found.value[current.value];
    if (event.key === 'Escape') asking.value = null;
    else if (count && event.key === 'ArrowDown') current.value = (current.value + 1) % count;
    else if (count && event.key === 'ArrowUp') current.value = (current.value + count - 1) % count;
    else if (marked && (event.key === 'Enter' || event.key === 'Tab')) choose(marked);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** The ids of those whom the text names. */
  const ids = (): readonly string[] => stillNamed(words.value, people.value).map((person) => person.id);

  /** Those that a draft named, as far as they are known. */
  const known = (wanted: readonly string[]): readonly ColleagueView[] => colleagues.people.filter((person) => wanted.includes(person.id));

  return { people, asking, current, found, isShown, ask, choose, pressed, ids, known };
}
