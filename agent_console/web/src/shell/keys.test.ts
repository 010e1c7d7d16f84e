import { expect, it } from 'vitest';
import { commandOf, keyOf, KEYS, type Press } from '@/shell/keys';

const press = (key: string, part: Partial<Press> = {}): Press => ({
  key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...part,
});

it('letters are commands', () => {
  expect(['a', 'd', 'j', 'k', 'r', 'n', 'c', 't', 's', '/', '?', 'Escape', 'y'].map((key) => commandOf(press(key), false))).toEqual([
    'accept', 'decline', 'next', 'previous', 'reply', 'note', 'close', 'transfer', 'state', 'search', 'help', 'escape', null,
  ]);
});

it('letters of the call: its buttons', () => {
  expect(['m', 'h', 'p', 'g', 'v', 'x'].map((key) => commandOf(press(key), false))).toEqual(['mute', 'hold', 'keypad', 'give', 'record', 'hangup']);
  expect(commandOf(press('x'), true)).toBeNull();
});

it('in a field only Escape and Ctrl-K are commands', () => {
  expect(['a', '/', '?'].map((key) => commandOf(press(key), true))).toEqual([null, null, null]);
  expect(commandOf(press('Escape'), true)).toBe('escape');
  expect(commandOf(press('k', { ctrlKey: true }), true)).toBe('palette');
});

it('the browser keeps its own combinations', () => {
  expect(commandOf(press('a', { ctrlKey: true }), false)).toBeNull();
  expect(commandOf(press('r', { metaKey: true }), false)).toBeNull();
  expect(commandOf(press('d', { altKey: true }), false)).toBeNull();
});

it('on a Russian keyboard the key in the same place works', () => {
  expect(commandOf(press('ф', { code: 'KeyA' }), false)).toBe('accept');
  expect(commandOf(press('л', { code: 'KeyK', ctrlKey: true }), true)).toBe('palette');
  expect(commandOf(press('.', { code: 'Slash' }), false)).toBe('search');
  expect(commandOf(press(',', { code: 'Slash', shiftKey: true }), false)).toBe('help');
});

it('on another Latin keyboard the letter counts, not the place', () => {
  expect(commandOf(press('a', { code: 'KeyQ' }), false)).toBe('accept');
  expect(commandOf(press('ı', { code: 'KeyI' }), false)).toBeNull();
  expect(commandOf(press('/', { code: 'Digit7', shiftKey: true }), false)).toBe('search');
});

it('a held key moves on, and accepts nothing twice', () => {
  expect(commandOf(press('j', { repeat: true }), false)).toBe('next');
  expect(commandOf(press('a', { repeat: true }), false)).toBeNull();
});

it('Ctrl-Z undoes a send outside of fields; in a field it is the field\'s own', () => {
  expect(commandOf(press('z', { ctrlKey: true }), false)).toBe('undo');
  expect(commandOf(press('z', { ctrlKey: true }), true)).toBeNull();
  expect(commandOf(press('z'), false)).toBe('snooze');
});

it('Ctrl with the key of the semicolon opens the replies, on every layout and also in a field', () => {
  expect(commandOf(press(';', { ctrlKey: true }), true)).toBe('snippets');
  expect(commandOf(press('ж', { code: 'Semicolon', ctrlKey: true }), true)).toBe('snippets');
  expect(commandOf(press('ş', { code: 'Semicolon', ctrlKey: true }), true)).toBe('snippets');
  expect(commandOf(press('ж', { code: 'Semicolon' }), false)).toBeNull();
});

it('every letter of the help does what the help says, and no letter is said twice', () => {
  const rows = KEYS.flatMap((group) => group.rows).filter((row) => row.letter);
  expect(rows.map((row) => commandOf(press(row.letter ?? ''), false))).toEqual(rows.map((row) => row.command));
  expect(new Set(rows.map((row) => row.letter)).size).toBe(rows.length);
  expect(rows.map((row) => row.keys[0])).toEqual(rows.map((row) => row.letter?.toUpperCase()));
  expect(keyOf('accept')).toBe('A');
});

it('every letter from a to z that means something is in the help', () => {
  const known = new Set(KEYS.flatMap((group) => group.rows).map((row) => row.letter));
  const meant = Array.from('abcdefghijklmnopqrstuvwxyz').filter((letter) => commandOf(press(letter), false));
  expect(meant.every((letter) => known.has(letter))).toBe(true);
});
