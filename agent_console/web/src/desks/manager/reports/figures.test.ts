import { beforeEach, expect, test } from 'vitest';
import { changeOf, columnsOf, differenceOf, DRAWN, FIGURES, IN_TABLE, LEVELS, written } from '@/desks/manager/reports/figures';
import { speak, text } from '@/i18n/text';

beforeEach(() => speak('en'));

test('a figure is written by its unit', () => {
  expect(written('strict', 0.5556, 'share', text)).toBe('55.6%');
  expect(written('asa', 41.6, 's', text)).toBe('0:42');
  expect(written('offered', 1024, 'items', text)).toBe('1,024');
  expect(written('csat_mean', 4.2349, 'items', text)).toBe('4.23');
  expect(written('csat', null, 'share', text)).toBe('–');
});

test('a change is up, down or none at the precision shown, and good, bad or neither', () => {
  expect(changeOf('strict', { value: 0.8, before: 0.7, unit: 'share' })).toEqual({ way: 'up', isBetter: true });
  expect(changeOf('abandonment_rate', { value: 0.1, before: 0.05, unit: 'share' })).toEqual({ way: 'up', isBetter: false });
  expect(changeOf('asa', { value: 20, before: 40, unit: 's' })).toEqual({ way: 'down', isBetter: true });
  expect(changeOf('offered', { value: 20, before: 40, unit: 'items' })).toEqual({ way: 'down', isBetter: null });
  expect(changeOf('strict', { value: 0.80001, before: 0.8, unit: 'share' })).toEqual({ way: 'same', isBetter: null });
  expect(changeOf('strict', { value: 0.8, before: null, unit: 'share' })).toBeNull();
});

test('every figure of the table and the chart is one the hub makes', () => {
  const known = new Set<string>([...FIGURES, ...LEVELS]);
  expect([...IN_TABLE, ...DRAWN].filter((name) => !known.has(name))).toEqual([]);
});

test('an occupancy has a column only where the hub made one', () => {
  const figure = (name: string) => ({ name, value: 0.5, before: null, unit: 'share', formula: '', rows: null, drill: '' });
  const total = { key: '', label: '', from_at: '', to_at: '', figures: [figure('aht')], service_levels: [] };
  expect(columnsOf(total)).toEqual(IN_TABLE);
  const withIt = columnsOf({ ...total, figures: [figure('aht'), figure('occupancy')] });
  expect(withIt.slice(withIt.indexOf('aht'), withIt.indexOf('aht') + 2)).toEqual(['aht', 'occupancy']);
  expect(changeOf('occupancy', { value: 0.9, before: 0.8, unit: 'share' })).toEqual({ way: 'up', isBetter: null });
});

test('a difference is said with its sign and unit', () => {
  expect(differenceOf('strict', { value: 0.8, before: 0.769, unit: 'share' }, text)).toBe('+3.1 pp');
  expect(differenceOf('asa', { value: 20, before: 32, unit: 's' }, text)).toBe('−0:12');
  expect(differenceOf('offered', { value: 1240, before: 0, unit: 'items' }, text)).toBe('+1,240');
  expect(differenceOf('offered', { value: 5, before: 5, unit: 'items' }, text)).toBe('');
  expect(differenceOf('csat', { value: null, before: 0.5, unit: 'share' }, text)).toBe('');
});
