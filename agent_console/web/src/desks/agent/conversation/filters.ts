/** What of a history is shown: everything, or one kind of it. */

import type { Timeline } from '@/desks/agent/conversation/timeline';

export const FILTERS = ['all', 'messages', 'notes', 'files', 'channel', 'conversation'] as const;
export type Filter = (typeof FILTERS)[number];

/** `channel` and `interactionId` are those of the open conversation. */
export function filtered(timeline: Timeline, filter: Filter, channel: string, interactionId: string | null): Timeline {
  switch (filter) {
    case 'messages':
      return timeline.filter(({ touch }) => touch !== null && touch.direction !== 'internal');
    case 'notes':
      return timeline.filter(({ touch }) => touch?.direction === 'internal');
    case 'files':
      return timeline.filter(({ touch }) => touch !== null && touch.attachments.length > 0);
    case 'channel':
      return timeline.filter((entry) => entry.channel === channel);
    case 'conversation':
      return timeline.filter((entry) => entry.interaction_id === interactionId);
    default:
      return timeline;
  }
}

/** The key of the first of the newest `count` inbound touches of a conversation: where reading goes on. */
export function firstUnread(timeline: Timeline, interactionId: string, count: number): number | null {
  if (count <= 0) return null;
  const inbound = timeline.filter(({ interaction_id, touch }) => interaction_id === interactionId && touch?.direction === 'inbound');
  return inbound.at(-Math.min(count, inbound.length))?.seq ?? null;
}
