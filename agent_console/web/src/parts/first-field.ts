/** Where the keyboard is when a dialog opens: in its first field, not on the button that closes it. */

/** What people type or choose with, as far as it can be used now. */
const FIELDS = ':is(input, select, textarea):not([type="hidden"], :disabled)';

/** The first field inside `box`; of radio buttons, the one chosen. */
function firstFieldOf(box: HTMLElement): HTMLElement | null {
  const first = box.querySelector<HTMLInputElement>(FIELDS);
  if (first?.type !== 'radio' || first.checked) return first;
  return box.querySelector<HTMLElement>(`input[type="radio"][name="${CSS.escape(first.name)}"]:checked`) ?? first;
}

/**
 * Focuses the first field of `box`, now or when it comes: many forms wait for the hub first. Until then, and in a
 * dialog without fields, the box itself has the focus, so that no key typed too soon presses a button. A focus that
 * the person or the form moved is left alone. Returns what ends the waiting.
 */
export function focusFirstField(box: HTMLElement): () => void {
  box.focus();
  const seek = (): boolean => {
    if (document.activeElement !== box) return true;
    const field = firstFieldOf(box);
    field?.focus();
    return field !== null;
  };
  if (seek()) return () => undefined;
  const watching = new MutationObserver(() => seek() && watching.disconnect());
  watching.observe(box, { childList: true, subtree: true });
  return () => watching.disconnect();
}
