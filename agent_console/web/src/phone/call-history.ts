/** The calls of a conversation, for its rows: loaded once for all of them, and again when one of them ends. */

import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import { why } from '@/api/calls';
import { callsOf } from '@/api/phone';
import { useDesk } from '@/desks/agent/desk';
import type { SegmentView } from '@/generated/api';
import type { CallView } from '@/generated/views';

export interface Calls {
  readonly calls: readonly CallView[];
  readonly segments: readonly SegmentView[];
}

const MOST = 60;

export const useCallHistory = defineStore('call-history', () => {
  const known = shallowReactive(new Map<string, Calls>());
  const asked = new Set<string>();
  const desk = useDesk();

  desk.onFrame((frame) => {
    if (frame.kind === 'call_changed' && frame.call.stage === 'ended' && known.has(frame.call.interaction_id)) void load(frame.call.interaction_id, true);
  });

  /** Loads the calls of this conversation, unless they are known or asked for already. What cannot be had leaves the rows plain. */
  async function load(interaction: string, isAnew = false): Promise<void> {
    if (asked.has(interaction) || (known.has(interaction) && !isAnew)) return;
    asked.add(interaction);
    try {
      const [page, explained] = await Promise.all([callsOf(interaction), why(interaction)]);
      if (known.size >= MOST) known.delete(known.keys().next().value ?? '');
      known.set(interaction, { calls: page.items, segments: explained.segments });
    } catch {
      // the row says what its touch says
    } finally {
      asked.delete(interaction);
    }
  }

  return { known, load };
});
