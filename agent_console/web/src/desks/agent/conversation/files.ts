/** Files of a message: which are pictures, how large they are in words, and what fits. */

import type { ReplyLimits } from '@/generated/api';
import type { Attachment } from '@/generated/views';
import type { Text } from '@/i18n/text';

const SHOWN: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Whether it is shown in its place; every other file is a row to be saved. */
export const isPicture = (file: Pick<Attachment, 'media_type'>): boolean => SHOWN.has(file.media_type);

const HEARD: ReadonlySet<string> = new Set(['audio/mpeg', 'audio/ogg']);

/** Whether it can be heard in its place. */
export const isSound = (file: Pick<Attachment, 'media_type'>): boolean => HEARD.has(file.media_type);

export function sizeWords(bytes: number, text: Pick<Text, 't' | 'number'>): string {
  if (bytes < 1000) return text.t('talk.files.bytes', { n: text.number(bytes) });
  if (bytes < 1_000_000) return text.t('talk.files.kilobytes', { n: text.number(Math.round(bytes / 1000)) });
  return text.t('talk.files.megabytes', { n: text.number(Math.round(bytes / 100_000) / 10) });
}

export type Misfit = 'none_here' | 'too_large' | 'too_many';

/** Why a file of `bytes` cannot join `count` others, or null. Without limits the hub decides. */
export function misfit(bytes: number, count: number, limits: ReplyLimits | undefined): Misfit | null {
  if (!limits) return null;
  if (limits.file_bytes === 0) return 'none_here';
  if (count >= limits.files) return 'too_many';
  return bytes > limits.file_bytes ? 'too_large' : null;
}

/** The files that a paste or a drop brings. A screenshot has no name of its own: it gets one of its time. */
export function filesOf(data: DataTransfer | null, nowMs: number): readonly File[] {
  const files = [...(data?.files ?? [])];
  return files.map((file) => {
    if (file.name && file.name !== 'image.png') return file;
    const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
    return new File([file], `${stamp}.${file.type.split('/')[1] ?? 'bin'}`, { type: file.type });
  });
}
