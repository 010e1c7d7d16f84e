/** Which of a client's ways are offered, and in which order. Pure. */

import type { WayView } from '@/generated/api';

/** Ways that can be used come first; the hub's order is kept among them. */
export const inOrder = (ways: readonly WayView[]): readonly WayView[] => ways.toSorted((a, b) => Number(a.closed !== '') - Number(b.closed !== ''));

/** The one way to an address that is no client's yet: the hub chooses our side of it by the queue. */
export const wayToAddress = (address: string): WayView => ({
  kind: 'email', channel: 'email', address, label: address, language: '', queue_id: null, last_at: null, closed: '', holder: '', continues: false, continues_in: null, account: '', sender: '', held_up: '',
});

/** A way by which one can be told from another. */
export const keyOf = (way: Pick<WayView, 'channel' | 'account' | 'address'>): string => `${way.channel} ${way.account} ${way.address}`;

/** The queue to begin in: the one the way comes to by itself, if it is one's own, else the first. */
export function queueFor(way: WayView | null, queues: readonly { readonly id: string }[]): string {
  const wished = way?.continues_in ?? way?.queue_id;
  return queues.find((queue) => queue.id === wished)?.id ?? queues[0]?.id ?? '';
}

/** What a beginning consists of, as far as it stands there. */
export interface Beginning {
  readonly way: Pick<WayView, 'held_up'> | null;
  readonly queue: string;
  readonly hasWords: boolean;
  readonly hasFiles: boolean;
  readonly over: number;
  readonly areFilesComing: boolean;
  readonly haveFilesFailed: boolean;
  /** A letter has a subject; null where there is none to have. */
  readonly subject: string | null;
}
export type Missing = 'way' | 'held_up' | 'queue' | 'words' | 'over' | 'files_coming' | 'files_failed' | 'subject';

/** Why it cannot be sent as it stands: the first thing to mend, or null. */
export function missing(is: Beginning): Missing | null {
  if (is.way === null) return 'way';
  if (is.way.held_up) return 'held_up';
  if (!is.queue) return 'queue';
  if (is.subject?.trim() === '') return 'subject';
  if (!is.hasWords && !is.hasFiles) return 'words';
  if (is.over > 0) return 'over';
  if (is.haveFilesFailed) return 'files_failed';
  return is.areFilesComing ? 'files_coming' : null;
}

/** Our own side of a way as people see it: its name, and the address that a letter comes from. */
export const ourName = (way: Pick<WayView, 'account' | 'sender'>): string => (way.sender ? `${ourSide(way)} <${way.sender}>` : ourSide(way));

/** The name of our own side of a way, as administrators called it. */
export const ourSide = (way: Pick<WayView, 'account'>): string => way.account.slice(way.account.indexOf(':') + 1);
