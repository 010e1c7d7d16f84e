import { beforeAll, expect, it } from 'vitest';
import { Refusal } from '@/api/http';
import { ofKind, placeOf, reasonWords, refusalWords, samples, targetWords, withTarget } from '@/desks/manager/imports/imports';
import { withImportWords } from '@/i18n/import-page';
import { text } from '@/i18n/text';

beforeAll(() => withImportWords(() => Promise.resolve()));
const refused = (code: string) => new Refusal({ status: 422, code, detail: 'because', field: null, retry_after_s: null });

it('a reason names its column, and one that is new to us is readable', () => {
  expect(reasonWords('phone_lost_digits', 'Mobile')).toBe('A spreadsheet has cut this number. Save the column as text. (Mobile)');
  expect(reasonWords('bad_phone', '')).toBe('This is no phone number.');
  expect(reasonWords('moon_is_full', '')).toBe('moon is full');
});

it('a refusal is said in the words of imports, where the common words would mislead', () => {
  expect(refusalWords(refused('too_many_rows'))).toContain('200,000 rows');
  expect(refusalWords(refused('forbidden'))).toBe('Your role does not allow this.');
});

it('a field of the house is called by its label', () => {
  const field = { id: 'f1', label: 'Shoe size', kind: 'number', choices: [], required: false, position: 1, version: 1 } as const;
  expect(targetWords('field:f1', [field])).toBe('Shoe size');
  expect(targetWords('email', [field])).toBe('E-mail');
});

it('a column is recognised by its first different texts', () => {
  const rows = [['a\nb', 'x'], ['', 'x'], ['c', 'x'], ['d', 'x'], ['e', 'x']].map((cells) => ({ cells }));
  expect(samples(rows, 0)).toBe('a, b · c · d');
  expect(samples(rows, 1)).toBe('x');
  expect(samples([{ cells: ['y'.repeat(61)] }], 0)).toBe(`${'y'.repeat(60)}…`);
  expect(samples(rows, 7)).toBe('');
});

it('one column changes, the others stay', () => {
  expect(withTarget(['name', 'phone'], 1, '')).toEqual(['name', '']);
});

it('of organizations it speaks in words of their own, and leads to them', () => {
  expect(text.t(ofKind('organizations', 'added'))).toBe('New organizations');
  expect(text.t(ofKind('persons', 'added'))).toBe('New clients');
  expect(text.t(ofKind('organizations', 'bad'))).toBe('Could not be taken');
  expect(reasonWords('of_several', '', 'organizations')).toContain('two of your organizations');
  expect(reasonWords('of_several', '')).toContain('two clients');
  expect(refusalWords(refused('bad_mapping'), 'organizations')).toContain('the name or the domain');
  expect(targetWords('domain', [], 'organizations')).toBe('Domain or site');
  expect(placeOf('organizations', 'o1')).toEqual({ name: 'organizations', params: { organization: 'o1' } });
  expect(placeOf('persons', 'p1')).toEqual({ name: 'manager-log', query: { person: 'p1' } });
});
