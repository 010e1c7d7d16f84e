/** The calls about oneself: the figures of one's day, and the conversations one closed. */

import { request } from '@/api/http';
import type { InteractionPage, MyDay } from '@/generated/api';

export const myDay = (signal?: AbortSignal) => request<MyDay>('/agents/me/day', { signal });
export const myClosed = (agent: string, q: string, after: string | null, limit: number, signal?: AbortSignal) =>
  request<InteractionPage>('/interactions', { query: { state: 'closed', agent, q, after, limit }, signal });
