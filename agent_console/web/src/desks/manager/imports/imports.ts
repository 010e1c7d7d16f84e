/** What the pages of imports decide: words of a reason, what a column may become, what stands in it. */

import type { RouteLocationRaw } from 'vue-router';
import { Refusal } from '@/api/http';
import type { ClientFieldView, ImportKind, ImportState, ImportView, TriedRow } from '@/generated/api';
import { type Key, text } from '@/i18n/text';
import { wordsOf } from '@/shell/notices';

export const TONES: Readonly<Record<ImportState, string>> = { ready: 'warn', queued: '', running: 'accent', done: 'ok', failed: 'bad', cancelled: '' };
export const ENCODINGS = ['utf-8', 'utf-16-le', 'utf-16-be', 'cp1251', 'cp1254'] as const;
export const DELIMITERS = [';', ',', '\t', '|'] as const;
const CHARSETS: Readonly<Record<string, string>> = { 'utf-8': 'UTF-8', 'utf-16-le': 'UTF-16 LE', 'utf-16-be': 'UTF-16 BE', cp1251: 'Windows-1251', cp1254: 'Windows-1254' };
const SHOWN = 3;
const LONGEST = 60;

export const charset = (encoding: string): string => CHARSETS[encoding] ?? encoding;
export const separator = (delimiter: string): string => (delimiter === '\t' ? text.t('imports.tab') : delimiter);
export const isMoving = (one: Pick<ImportView, 'state'>): boolean => one.state === 'queued' || one.state === 'running';

/** What a word of imports is called where the rows are of this kind. */
export function ofKind(kind: ImportKind, word: string): Key {
  const key = [kind === 'organizations' ? `imports.org.${word}` : '', `imports.${word}`].find((one): one is Key => text.has(one));
  return key ?? 'imports.list';
}

/** The kind that a page is asked to begin with. */
export const kindAsked = (asked: unknown): ImportKind => (asked === 'organizations' ? 'organizations' : 'persons');

/** Where what a row became is looked at. */
export const placeOf = (kind: ImportKind, id: string): RouteLocationRaw =>
  kind === 'organizations' ? { name: 'organizations', params: { organization: id } } : { name: 'manager-log', query: { person: id } };

/** What was wrong with the request, in the words of imports where they have some. */
export function refusalWords(error: unknown, kind: ImportKind = 'persons'): string {
  const code = error instanceof Refusal ? error.code : '';
  const key = [kind === 'organizations' ? `imports.org.${code}` : '', `imports.refused.${code}`].find((one): one is Key => text.has(one));
  return key ? text.t(key) : wordsOf(error);
}

/** Why a row is kept, with the heading it is about. A word that is new to us is made readable. */
export function reasonWords(reason: string, column: string, kind: ImportKind = 'persons'): string {
  const key = [kind === 'organizations' ? `imports.org.${reason}` : '', `imports.reason.${reason}`, `errors.${reason}`].find((one): one is Key => text.has(one));
  const said = key ? text.t(key) : reason.replaceAll('_', ' ');
  return column ? text.t('imports.reason.in_column', { reason: said, column }) : said;
}

/** A target in words: a field of the house by its label. */
export function targetWords(target: string, fields: readonly ClientFieldView[], kind: ImportKind = 'persons'): string {
  const field = fields.find((one) => target === `field:${one.id}`);
  const key = kind === 'organizations' && target === 'name' ? 'imports.org.target_name' : `imports.target.${target}`;
  return field?.label ?? (text.has(key) ? text.t(key) : target);
}

/** The first different texts of a column, to recognise it by. */
export function samples(rows: readonly Pick<TriedRow, 'cells'>[], place: number): string {
  const found = new Set(rows.map((row) => (row.cells[place] ?? '').trim().replaceAll(/\s*\n\s*/g, ', ')).filter(Boolean));
  return [...found].slice(0, SHOWN).map((one) => (one.length > LONGEST ? `${one.slice(0, LONGEST)}…` : one)).join(' · ');
}

/** The mapping with one column changed. */
export const withTarget = (mapping: readonly string[], place: number, target: string): readonly string[] => mapping.map((one, n) => (n === place ? target : one));
