/** The calls of letters: what is shown of one on demand, its pictures, and the letter as it came. */

import { request } from '@/api/http';
import { contentOf, fileOf } from '@/api/talk';
import type { LetterView } from '@/generated/api';
import type { Attachment, TouchView } from '@/generated/views';

type Where = Pick<TouchView, 'id' | 'interaction_id'>;
const of = (touch: Where, what: string): string => `/${['interactions', touch.interaction_id, 'touches', touch.id, what].map(encodeURIComponent).join('/')}`;

export const letter = (touch: Where, signal?: AbortSignal) => request<LetterView>(of(touch, 'letter'), { signal });
/** Where the letter is saved from, as it came. */
export const rawOf = (touch: Where): string => `/api/v1${of(touch, 'raw')}`;

/** A file of the touch as a `data:` address; null when it cannot be had. AbortError when `signal` fired. */
export async function asData(touch: Where, file: Attachment, signal: AbortSignal): Promise<string | null> {
  const picture = await contentOf(fileOf(touch.interaction_id, touch.id, file.sha256), signal);
  if (!picture) return null;
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(`data:${file.media_type};base64,${String(reader.result).split(',', 2)[1] ?? ''}`);
    reader.onerror = () => resolve(null);
    reader.readAsDataURL(picture);
  });
}
