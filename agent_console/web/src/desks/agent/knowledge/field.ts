/** Where somebody writes, whatever it is made of: a text field, or a letter with formatting. Places are counted in signs of its text. */

import { placeInField, replaceInField } from '@/desks/agent/knowledge/caret';

export interface WritingField {
  /** What hears keys and clicks, and has the focus. */
  readonly el: HTMLElement;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  focus: () => void;
  select: (from: number, to: number) => void;
  /** Puts `words` in place of what stands there, so that the field's own undo takes them out again. */
  replace: (from: number, to: number, words: string) => void;
  /** Pixels from the field's left edge. */
  leftOf: (place: number) => number;
  /** Whether this key press sends what is written. */
  isSentBy: (event: KeyboardEvent) => boolean;
}

export const textField = (el: HTMLTextAreaElement): WritingField => ({
  el,
  get text() { return el.value; },
  get from() { return el.selectionStart; },
  get to() { return el.selectionEnd; },
  focus: () => el.focus(),
  select: (from, to) => el.setSelectionRange(from, to),
  replace: (from, to, words) => replaceInField(el, from, to, words),
  leftOf: (place) => placeInField(el, place).left,
  isSentBy: (event) => event.key === 'Enter' && !event.shiftKey,
});
