import { expect, it } from 'vitest';
import { shownFigures } from '@/desks/agent/day/figures';
import { text } from '@/i18n/text';

const figures = [
  { name: 'handled', value: 12, unit: 'items', formula: 'h' },
  { name: 'aht', value: null, unit: 's', formula: 'a' },
  { name: 'text', value: 75, unit: 's', formula: 't' },
  { name: 'occupancy', value: 0.5, unit: 'share', formula: 'o' },
  { name: 'brand_new', value: 3, unit: 'items', formula: 'as the hub says' },
];

it('a figure is written by its unit; nothing to compute from is a dash', () => {
  expect(shownFigures({ figures }, false, text).map((f) => f.value)).toEqual(['12', '–', text.clock(75), text.percent(0.5), '3']);
});
it('a figure that is new to the console keeps the words of the hub', () => {
  expect(shownFigures({ figures }, false, text).at(-1)).toMatchObject({ label: 'brand new', formula: 'as the hub says' });
});
it('at a glance there are fewer', () => {
  expect(shownFigures({ figures }, true, text).map((f) => f.name)).toEqual(['handled', 'aht', 'occupancy']);
});
