/** The agent's desk is loaded beside what comes before it, so that nobody waits for it: see `main.ts` and the sign-in. */

export const loadAgentDesk = () => import('@/desks/agent/AgentDesk.vue');

/** Begins to load it. What cannot be had now is asked for again by whoever opens the desk. */
export function loadAgentDeskAhead(): void {
  loadAgentDesk().catch(() => undefined);
}
