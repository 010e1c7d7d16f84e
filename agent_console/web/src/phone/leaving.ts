/** Handing a call on takes its conversation along: the next one comes to the screen, or this one again when it was refused. */

import { useRoute, useRouter } from 'vue-router';
import { useDesk } from '@/desks/agent/desk';

export function useLeaving() {
  const desk = useDesk();
  const route = useRoute();
  const router = useRouter();

  /** `hands` says whether it went. First one leaves: what is not one's own any more cannot be read. */
  async function leave(interactionId: string, hands: () => Promise<boolean>): Promise<boolean> {
    const isOpen = route.name === 'desk' && desk.openId === interactionId;
    const next = desk.mine.find((row) => row.interaction_id !== interactionId);
    if (isOpen) await router.push(next ? { name: 'desk', query: { c: next.interaction_id } } : { name: 'desk' });
    const isGone = await hands();
    if (isOpen && !isGone) await router.push({ name: 'desk', query: { c: interactionId } });
    return isGone;
  }

  return { leave };
}
