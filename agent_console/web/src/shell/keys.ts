/** The keys: what each means, for the keyboard and for its help. Letters are found on every keyboard layout. */

import type { Key } from '@/i18n/text';

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
  | 'start'
  | 'snippets'
  | 'articles'
  | 'finish'
  | 'mute'
  | 'hold'
  | 'keypad'
  | 'give'
  | 'record'
  | 'hangup'
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

/** One row of the keyboard help; a row with a `letter` is also what makes that letter a command. */
export interface KeyRow {
  readonly keys: readonly string[];
  readonly label: Key;
  readonly command?: Command;
  readonly letter?: string;
}
export interface KeyGroup {
  readonly title: Key;
  readonly rows: readonly KeyRow[];
}

const letter = (name: string, command: Command, label: Key): KeyRow => ({ keys: [name.toUpperCase()], label, command, letter: name });

/** All keys there are, as the help shows them. Letters are read from here: the help cannot say another. */
export const KEYS: readonly KeyGroup[] = [
  {
    title: 'knowledge.keys.offers',
    rows: [
      letter('a', 'accept', 'help.accept'),
      letter('d', 'decline', 'help.decline'),
      letter('j', 'next', 'help.next'),
      letter('k', 'previous', 'help.previous'),
      { keys: ['Enter'], label: 'help.open' },
      letter('s', 'state', 'help.state'),
    ],
  },
  {
    title: 'knowledge.keys.conversation',
    rows: [
      letter('r', 'reply', 'help.reply'),
      letter('n', 'note', 'help.note'),
      letter('c', 'close', 'help.close'),
      { keys: ['1', '…', '9'], label: 'knowledge.keys.outcome' },
      letter('t', 'transfer', 'help.transfer'),
      letter('z', 'snooze', 'help.snooze'),
      { keys: ['Ctrl Z'], label: 'help.undo', command: 'undo' },
      letter('e', 'edit', 'knowledge.keys.edit'),
      letter('w', 'start', 'person_card.start'),
      letter('f', 'finish', 'wrap.finish'),
      letter('b', 'articles', 'knowledge.keys.articles'),
    ],
  },
  {
    title: 'phone.keys.title',
    rows: [
      letter('m', 'mute', 'phone.keys.mute'),
      letter('h', 'hold', 'phone.keys.hold'),
      letter('p', 'keypad', 'phone.keys.keypad'),
      letter('g', 'give', 'phone.keys.give'),
      letter('v', 'record', 'phone.keys.record'),
      letter('x', 'hangup', 'phone.keys.hangup'),
    ],
  },
  {
    title: 'knowledge.keys.writing',
    rows: [
      { keys: ['Enter'], label: 'help.send' },
      { keys: ['Ctrl Enter'], label: 'knowledge.keys.send_letter' },
      { keys: ['Shift Enter'], label: 'help.new_line' },
      { keys: ['Alt Enter'], label: 'help.later' },
      { keys: ['@'], label: 'help.mention' },
      { keys: [';'], label: 'knowledge.keys.snippet_word' },
      { keys: ['Ctrl ;'], label: 'knowledge.keys.snippets', command: 'snippets' },
    ],
  },
  {
    title: 'knowledge.keys.everywhere',
    rows: [
      { keys: ['/'], label: 'help.search', command: 'search' },
      { keys: ['Ctrl K'], label: 'help.palette', command: 'palette' },
      { keys: ['?'], label: 'help.help', command: 'help' },
      { keys: ['↑', '↓', 'Enter'], label: 'knowledge.keys.menu' },
      { keys: ['Esc'], label: 'help.escape', command: 'escape' },
    ],
  },
];

const LETTERS: ReadonlyMap<string, Command> = new Map(
  KEYS.flatMap((group) => group.rows).flatMap((row) => (row.letter && row.command ? [[row.letter, row.command] as const] : [])),
);

/** The key of a command, as it is written beside it; empty when it has none. */
export function keyOf(command: Command): string {
  return KEYS.flatMap((group) => group.rows).find((row) => row.command === command)?.keys[0] ?? '';
}

const REPEATABLE: ReadonlySet<Command> = new Set(['next', 'previous']);

/** The command, or null. `isTyping`: the press is in a field, where only Escape, Ctrl-K and Ctrl-; are commands. */
export function commandOf(press: Press, isTyping: boolean): Command | null {
  const letter = letterOf(press);
  if ((press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey && letter === 'k') return 'palette';
  if ((press.ctrlKey || press.metaKey) && !press.altKey && (press.key === ';' || press.code === 'Semicolon')) return 'snippets';
  if (!isTyping && (press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey && letter === 'z') return 'undo';
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === 'Escape') return 'escape';
  if (isTyping) return null;
  if (press.key === '?' || (isSlash(press) && press.shiftKey)) return 'help';
  if (press.key === '/' || isSlash(press)) return 'search';
  const command = press.shiftKey ? undefined : LETTERS.get(letter);
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
