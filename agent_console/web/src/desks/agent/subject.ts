/** What is open at the desk, from the address of the page: a conversation, or only a person's history. */

import { computed, type ComputedRef, reactive, shallowRef, watch } from 'vue';
import { useRoute } from 'vue-router';
import * as calls from '@/api/calls';
import { cardOf } from '@/api/clients';
import { Refusal } from '@/api/http';
import type { Explained, InteractionView, PersonView } from '@/generated/api';
import type { ClientCard, WorkView } from '@/generated/views';
import { useDesk } from '@/desks/agent/desk';
import { text } from '@/i18n/text';
import { wordsOf } from '@/shell/notices';

export interface Subject {
  /** Null while only a person is open. */
  readonly interactionId: string | null;
  readonly personId: string | null;
  readonly name: string;
  /** The agent's own row; null for what they may only read. */
  readonly row: WorkView | null;
  readonly details: InteractionView | null;
  readonly person: PersonView | null;
  readonly card: ClientCard | null;
  /** Whether the card is within the reach of one's edits. */
  readonly mayEdit: boolean;
  readonly why: Explained | null;
  readonly problem: string;
}

/** The subject of the page, kept current: what is needed is loaded when the address or the state of the work changes. */
export function useSubject(): { subject: ComputedRef<Subject | null>; reload: () => void } {
  const route = useRoute();
  const desk = useDesk();
  const details = shallowRef<InteractionView | null>(null);
  const person = shallowRef<PersonView | null>(null);
  const card = shallowRef<ClientCard | null>(null);
  const why = shallowRef<Explained | null>(null);
  const failed = reactive({ problem: '' });
  const may = reactive({ edit: false });
  let asked = new AbortController();

  const interactionId = computed(() => one(route.query['c']));
  const personId = computed(() => one(route.query['person']));
  const row = computed(() => desk.mine.find((work) => work.interaction_id === interactionId.value) ?? null);

  watch(interactionId, (id) => (desk.openId = id), { immediate: true });
  watch([interactionId, personId], clear);
  watch([interactionId, personId, () => row.value?.state, () => desk.desk !== null], load, { immediate: true });

  function clear(): void {
    details.value = person.value = card.value = why.value = null;
    may.edit = false;
  }

  async function load(): Promise<void> {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    failed.problem = '';
    try {
      if (interactionId.value !== null) await loadInteraction(interactionId.value, signal);
      else if (personId.value !== null) await loadPerson(personId.value, signal);
    } catch (error) {
      if (signal.aborted) return;
      const isOutOfReach = interactionId.value === null && error instanceof Refusal && error.status === 404;
      failed.problem = isOutOfReach ? text.t('person_card.out_of_reach') : wordsOf(error);
    }
  }

  async function loadPerson(id: string, signal: AbortSignal): Promise<void> {
    const [found, answer] = await Promise.all([calls.person(id, signal), cardOf(id, signal)]);
    if (signal.aborted) return;
    person.value = found;
    card.value = answer.card;
    may.edit = answer.may_edit;
    desk.know(answer.card);
  }

  async function loadInteraction(id: string, signal: AbortSignal): Promise<void> {
    const answers = await Promise.all([calls.interaction(id, signal), calls.card(id, signal), calls.why(id, signal)]);
    if (signal.aborted) return;
    details.value = answers[0];
    card.value = answers[1].card;
    may.edit = answers[1].may_edit;
    desk.know(answers[1].card);
    why.value = answers[2];
  }

  const subject = computed<Subject | null>(() => {
    if (interactionId.value === null && personId.value === null) return null;
    const known = row.value?.person ?? details.value?.person;
    const id = interactionId.value === null ? personId.value : (known?.id ?? null);
    return {
      interactionId: interactionId.value,
      personId: id,
      name: known?.name ?? desk.desk?.cards[id ?? '']?.name ?? person.value?.name ?? '',
      row: row.value,
      details: details.value,
      person: person.value,
      // a card that a frame brought is newer than the one that was asked for, and there before it
      card: (id ? desk.desk?.cards[id] : undefined) ?? card.value,
      mayEdit: may.edit,
      why: why.value,
      problem: failed.problem,
    };
  });
  return { subject, reload: () => void load() };
}

const one = (value: unknown): string | null => (typeof value === 'string' && value ? value : null);
