/** A reply of ours that did not arrive, made ready to be sent once more. */

import { letter as fetchLetter } from '@/api/letters';
import { bring, contentOf, fileOf } from '@/api/talk';
import type { Again } from '@/desks/agent/conversation/put-back';
import type { Timeline } from '@/desks/agent/conversation/timeline';
import type { LetterView } from '@/generated/api';
import type { Attachment, TouchView, WrittenLetter } from '@/generated/views';

/** The reply that says the same after it, there or in the conversation `open` in which it is work again, and did not fail: whoever sent it needs not do so again. */
export const sentSince = (timeline: Timeline, failed: TouchView, open = failed.interaction_id): TouchView | null =>
  timeline.find(
    ({ touch }) =>
      (touch?.interaction_id === failed.interaction_id ? touch.seq > failed.seq : touch?.interaction_id === open && touch.at > failed.at) &&
      touch?.direction === 'outbound' && touch.channel === failed.channel && touch.delivery !== 'failed' && touch.text.trim() === failed.text.trim(),
  )?.touch ?? null;

/** Whether it is to be answered for in the conversation `open`: it is one of it, or of one that was closed over it and nobody of us has written there since. */
export const isOf = (timeline: Timeline, failed: TouchView, open: string | null): boolean =>
  failed.interaction_id === open ||
  (open !== null && !timeline.some(({ touch }) =>
    touch && touch.interaction_id !== failed.interaction_id && touch.interaction_id !== open && touch.channel === failed.channel && touch.direction === 'outbound' && touch.author && touch.at > failed.at));

/** The letter that stood beneath: the newest one of the client before it. */
const answered = (timeline: Timeline, failed: TouchView): string | null =>
  timeline.findLast(({ touch }) => touch?.interaction_id === failed.interaction_id && touch.direction === 'inbound' && touch.letter && touch.seq < failed.seq)?.touch?.id ?? null;

/** As its writer left it: what the hub put beneath is put there anew. `own` is their formatting. */
export function writtenOf(failed: TouchView, shown: LetterView, own: string, timeline: Timeline): WrittenLetter {
  const { subject = '', to = [], cc = [], bcc = [] } = failed.letter ?? {};
  const isSigned = shown.quoted.startsWith('-- \n');
  const isQuoted = /^>/m.test(shown.quoted);
  return { subject, to, cc, bcc, html: own, quote: isQuoted ? answered(timeline, failed) : null, signed: isSigned };
}

/** What its writer formatted is the first block of the letter; nothing of it is shown before the editor has narrowed it. */
const ownOf = (html: string): string => {
  const first = new DOMParser().parseFromString(html, 'text/html').body.firstElementChild;
  return first?.tagName === 'DIV' ? first.innerHTML : '';
};

/** Its files are brought anew: they may have been a colleague's. Throws Refusal; AbortError when `signal` fired. */
async function carried(failed: TouchView, file: Attachment, signal: AbortSignal): Promise<Attachment> {
  const content = await contentOf(fileOf(failed.interaction_id, failed.id, file.sha256), signal);
  if (!content) throw new FileGone(file.name);
  return bring(new File([content], file.name, { type: file.media_type }), () => undefined, signal);
}

/** A file of it cannot be had any more. */
export class FileGone extends Error {}

/** Throws Refusal, FileGone; AbortError when `signal` fired. */
export async function againOf(failed: TouchView, timeline: Timeline, signal: AbortSignal): Promise<Again> {
  const shown = failed.letter ? await fetchLetter(failed, signal) : null;
  const files: Attachment[] = [];
  for (const file of failed.attachments) files.push(await carried(failed, file, signal));
  return { text: failed.text, files, letter: shown && writtenOf(failed, shown, ownOf(shown.html), timeline) };
}
