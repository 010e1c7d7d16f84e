/** Which command a key press means. Letters are found on every keyboard layout. */

export type Command =
  | 'accept'
  | 'decline'
  | 'next'
  | 'previous'
  | 'reply'
  | 'note'
  | 'close'
  | 'transfer'
  | 'state'
  | 'snooze'
  | 'undo'
  | 'edit'
  | 'search'
  | 'escape'
  | 'help'
  | 'palette';

/** The part of a KeyboardEvent that is looked at. */
export interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
}

const LETTERS: Readonly<Record<string, Command>> = {
  a: 'accept',
  d: 'decline',
  j: 'next',
  k: 'previous',
  r: 'reply',
  n: 'note',
  c: 'close',
  t: 'transfer',
  s: 'state',
  z: 'snooze',
  e: 'edit',
};
const REPEATABLE: ReadonlySet<Command> = new Set(['next', 'previous']);

/** The command, or null. `isTyping`: the press is in a field, where only Escape and Ctrl-K are commands. */
export function commandOf(press: Press, isTyping: boolean): Command | null {
  const letter = letterOf(press);
  if ((press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey && letter === 'k') return 'palette';
  if ((press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey && letter === 'z') return isTyping ? null : 'undo';
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === 'Escape') return 'escape';
  if (isTyping) return null;
  if (press.key === '?' || (isSlash(press) && press.shiftKey)) return 'help';
  if (press.key === '/' || isSlash(press)) return 'search';
  const command = press.shiftKey ? undefined : LETTERS[letter];
  if (!command || (press.repeat && !REPEATABLE.has(command))) return null;
  return command;
}

/** A Latin letter as typed; on a layout without Latin letters, the letter that this key has on an English one. */
function letterOf(press: Press): string {
  const key = press.key.toLowerCase();
  if (/^[a-z]$/.test(key)) return key;
  const isLetterOfAnotherScript = /^\p{Letter}$/u.test(key) && !/^\p{Script=Latin}$/u.test(key);
  const place = /^Key([A-Z])$/.exec(press.code)?.[1];
  return isLetterOfAnotherScript && place ? place.toLowerCase() : '';
}

const isSlash = (press: Press): boolean => press.code === 'Slash' && /^[.,]$/.test(press.key);

/** Whether keys typed into `target` are text. */
export function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !['button', 'checkbox', 'radio', 'submit', 'reset'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
