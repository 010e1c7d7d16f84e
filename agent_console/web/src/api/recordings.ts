/** The calls of recordings. */

import { Refusal, refusalOf, request } from '@/api/http';
import type { RecordingPage, RecordingPeaks } from '@/generated/api';

const of = (id: string, ...rest: string[]): string => `/${['recordings', id, ...rest].map(encodeURIComponent).join('/')}`;

export const recordings = (interaction: string, signal?: AbortSignal) =>
  request<RecordingPage>(`/interactions/${encodeURIComponent(interaction)}/recordings`, { signal });
export const peaks = (id: string, signal?: AbortSignal) => request<RecordingPeaks>(of(id, 'peaks'), { signal });
export const erase = (id: string) => request(of(id), { method: 'DELETE' });

/** Where its sound is. */
export const soundOf = (id: string): string => `/api/v1${of(id, 'audio')}`;

/** Why a player got no sound: it is not told itself. */
export async function refusedSound(id: string): Promise<Refusal> {
  try {
    const answer = await fetch(soundOf(id), { headers: { Range: 'bytes=0-0' }, credentials: 'same-origin' });
    return refusalOf(answer.status, answer.ok ? '' : await answer.text());
  } catch {
    return new Refusal({ status: 0, code: 'unreachable', detail: '', field: null, retry_after_s: null });
  }
}
