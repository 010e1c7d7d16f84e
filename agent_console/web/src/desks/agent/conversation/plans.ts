/** The replies of a conversation that are not sent yet: one's own as frames tell, colleagues' as they were when it was opened. */

import { computed, shallowRef, watch } from 'vue';
import * as talk from '@/api/talk';
import { Refusal } from '@/api/http';
import { useDesk } from '@/desks/agent/desk';
import type { PlannedView } from '@/generated/views';
import { sayRefusal } from '@/shell/notices';

export function usePlans(interactionId: () => string | null) {
  const desk = useDesk();
  const others = shallowRef<readonly PlannedView[]>([]);
  const mine = computed(() => (desk.desk?.planned ?? []).filter((plan) => plan.interaction_id === interactionId()));
  const shown = computed(() => [...mine.value, ...others.value].toSorted((a, b) => a.send_at.localeCompare(b.send_at)));
  const lastHeld = computed(() => mine.value.filter((plan) => plan.held && plan.state === 'waiting').toSorted((a, b) => b.made_at.localeCompare(a.made_at))[0] ?? null);

  watch(interactionId, (id) => void load(id), { immediate: true });

  async function load(id: string | null): Promise<void> {
    others.value = [];
    if (id === null) return;
    try {
      const page = await talk.planned(id);
      if (id === interactionId()) others.value = page.items.filter((plan) => plan.author.id !== desk.me?.id);
    } catch (error) {
      // whoever may not see them sees none
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** Takes it back; it as it was, or null when it was too late. */
  async function cancel(planId: string): Promise<PlannedView | null> {
    const plan = shown.value.find((other) => other.id === planId);
    if (!plan) return null;
    try {
      const before = await talk.cancelPlan(plan.interaction_id, plan.id);
      desk.planned(before);
      others.value = others.value.filter((other) => other.id !== planId);
      return before;
    } catch (error) {
      sayRefusal(error);
      return null;
    }
  }

  return { shown, lastHeld, cancel };
}
