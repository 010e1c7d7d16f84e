/** The ways in which files come into a field: dropped, pasted, picked. What does not fit is refused with a word. */

import { type Ref, ref } from 'vue';
import { filesOf, misfit, sizeWords } from '@/desks/agent/conversation/files';
import type { Uploads } from '@/desks/agent/conversation/uploads';
import type { ReplyLimits } from '@/generated/api';
import { text } from '@/i18n/text';
import { say } from '@/shell/notices';

export interface Bringing {
  /** Files are held over the field. */
  readonly isOver: Ref<boolean>;
  readonly dropped: (event: DragEvent) => void;
  readonly isInside: (event: DragEvent) => boolean;
  readonly pasted: (event: ClipboardEvent) => void;
  readonly picked: (event: Event) => void;
}

/** `place`: what the field is called to somebody whose files do not fit; `brought` is called after files came. */
export function useBringing(uploads: Uploads, fits: () => ReplyLimits | undefined, place: () => string, brought: () => void): Bringing {
  const isOver = ref(false);

  function bring(files: readonly File[]): void {
    const limits = fits();
    for (const file of files) {
      const why = misfit(file.size, uploads.list.length, limits);
      if (why === null) uploads.add(file);
      else if (why === 'none_here') say(text.t('talk.files.none_here', { channel: place() }), 'bad');
      else if (why === 'too_many') say(text.t('talk.files.too_many', { n: text.number(limits?.files ?? 0) }, limits?.files ?? 0), 'bad');
      else uploads.refuse(file, text.t('talk.files.too_large', { limit: sizeWords(limits?.file_bytes ?? 0, text) }));
    }
    brought();
  }

  function dropped(event: DragEvent): void {
    isOver.value = false;
    bring(filesOf(event.dataTransfer, Date.now()));
  }

  const isInside = (event: DragEvent): boolean =>
    event.currentTarget instanceof HTMLElement && event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);

  function pasted(event: ClipboardEvent): void {
    const files = filesOf(event.clipboardData, Date.now());
    if (files.length === 0) return;
    event.preventDefault();
    bring(files);
  }

  function picked(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    bring([...(event.target.files ?? [])]);
    event.target.value = '';
  }

  return { isOver, dropped, isInside, pasted, picked };
}
