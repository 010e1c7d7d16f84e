/** Where the caret of a text field is on the screen. */

const LIKE_THE_FIELD = ['font', 'letterSpacing', 'lineHeight', 'padding', 'border', 'boxSizing', 'width', 'tabSize', 'textTransform'] as const;

/** Left and top of the place `index`, in pixels from the field's own corner. */
export function placeInField(field: HTMLTextAreaElement, index: number): { left: number; top: number } {
  const twin = document.createElement('div');
  const looks = getComputedStyle(field);
  for (const name of LIKE_THE_FIELD) twin.style[name] = looks[name];
  Object.assign(twin.style, { position: 'absolute', visibility: 'hidden', whiteSpace: 'pre-wrap', overflowWrap: 'break-word', top: '0', left: '0' });
  twin.textContent = field.value.slice(0, index);
  const mark = document.createElement('span');
  mark.textContent = '\u200b';
  twin.append(mark);
  document.body.append(twin);
  const place = { left: mark.offsetLeft, top: mark.offsetTop - field.scrollTop };
  twin.remove();
  return place;
}

/** Puts `words` in place of [from, to), so that the field's own undo takes them out again. */
export function replaceInField(field: HTMLTextAreaElement, from: number, to: number, words: string): void {
  field.focus();
  field.setSelectionRange(from, to);
  const isDone = words ? document.execCommand('insertText', false, words) : document.execCommand('delete');
  if (isDone || from === to) {
    if (isDone || !words) return;
  }
  field.setRangeText(words, from, to, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
