/** Which of a client's ways are offered, and in which order. Pure. */

import type { WayView } from '@/generated/api';

/** Ways that can be used come first; the hub's order is kept among them. */
export const inOrder = (ways: readonly WayView[]): readonly WayView[] => ways.toSorted((a, b) => Number(a.closed !== '') - Number(b.closed !== ''));

/** A way by which one can be told from another. */
export const keyOf = (way: Pick<WayView, 'channel' | 'address'>): string => `${way.channel} ${way.address}`;

/** The queue to begin in: the one the way comes to by itself, if it is one's own, else the first. */
export function queueFor(way: WayView | null, queues: readonly { readonly id: string }[]): string {
  const wished = way?.continues_in ?? way?.queue_id;
  return queues.find((queue) => queue.id === wished)?.id ?? queues[0]?.id ?? '';
}
