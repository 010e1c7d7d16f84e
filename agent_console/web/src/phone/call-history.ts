/** The calls of a conversation, for its rows: loaded once for all of them, and again when one of them ends. */

import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import { why } from '@/api/calls';
import { callsOf } from '@/api/phone';
import { useDesk } from '@/desks/agent/desk';
import type { SegmentView } from '@/generated/api';
import type { CallView } from '@/generated/views';
import { useSession } from '@/session/session';

export interface Calls {
  readonly calls: readonly CallView[];
  /** Null where only the calls are told: a conversation of somebody else, in the history of one's client. */
  readonly segments: readonly SegmentView[] | null;
}

const MOST = 60;

export const useCallHistory = defineStore('call-history', () => {
  const known = shallowReactive(new Map<string, Calls>());
  const asked = new Set<string>();
  const again = new Set<string>();
  const desk = useDesk();
  const session = useSession();

  desk.onFrame((frame) => {
    if (frame.kind === 'call_changed' && known.has(frame.call.interaction_id)) void load(frame.call.interaction_id, true);
  });

  /** Whether more is told of it than its calls: to whoever has or had it (a phone that only rang had nothing), and to those who see beyond their own work. */
  function isOpen(interaction: string, calls: readonly CallView[]): boolean {
    const me = session.user;
    const isAgent = me?.roles.every((role) => role === 'agent') ?? true;
    const last = calls.at(-1);
    return !isAgent || desk.mine.some((row) => row.interaction_id === interaction) || (last?.answered_at != null && last.agent?.id === me?.id);
  }

  /** Loads the calls of this conversation, unless they are known and over, or asked for already. What cannot be had leaves the rows plain. */
  async function load(interaction: string, isAnew = false): Promise<void> {
    if (asked.has(interaction)) {
      if (isAnew) again.add(interaction);
      return;
    }
    // of a call that went to somebody else no frame says that it is over
    const isWhole = known.get(interaction)?.calls.every((call) => call.ended_at !== null) ?? false;
    if (isWhole && !isAnew) return;
    asked.add(interaction);
    try {
      const { items } = await callsOf(interaction);
      const segments = isOpen(interaction, items) ? (await why(interaction)).segments : null;
      if (known.size >= MOST) known.delete(known.keys().next().value ?? '');
      known.set(interaction, { calls: items, segments });
    } catch {
      // the row says what its touch says
    } finally {
      asked.delete(interaction);
      if (again.delete(interaction)) void load(interaction, true);
    }
  }

  return { known, load };
});
