/** The calls of choosing the channel of a reply. */

import { request } from '@/api/http';
import type { ReplyWayPage, ReplyWayView } from '@/generated/api';

const of = (interaction: string): string => `/interactions/${encodeURIComponent(interaction)}/reply-ways`;

export const replyWays = (interaction: string, signal?: AbortSignal) => request<ReplyWayPage>(of(interaction), { signal });
/** The interaction goes on there too from now on; the ways as they are then. */
export const goOnThere = (interaction: string, { channel, address, account }: ReplyWayView) =>
  request<ReplyWayPage>(of(interaction), { method: 'POST', body: { channel, address, account } });
