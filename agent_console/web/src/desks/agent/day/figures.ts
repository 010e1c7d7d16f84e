/** How a figure of one's own day is written and explained. */

import type { FigureView, MyDay } from '@/generated/api';
import type { Text } from '@/i18n/text';

const KNOWN = ['handled', 'started', 'aht', 'text', 'wrap_up', 'occupancy', 'declined', 'missed', 'available', 'paused', 'offline'] as const;
type Known = (typeof KNOWN)[number];
const COMPACT: ReadonlySet<string> = new Set(['handled', 'aht', 'occupancy', 'missed', 'declined', 'paused']);
const isKnown = (name: string): name is Known => (KNOWN as readonly string[]).includes(name);

export interface Shown {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly formula: string;
}

/** The figures in the hub's order; `isCompact`: only those worth a glance. A new one is shown as the hub calls it. */
export function shownFigures(day: Pick<MyDay, 'figures'>, isCompact: boolean, text: Text): readonly Shown[] {
  return day.figures
    .filter((figure) => !isCompact || COMPACT.has(figure.name))
    .map((figure) => ({
      name: figure.name,
      label: isKnown(figure.name) ? text.t(`person_card.day.name.${figure.name}`) : figure.name.replaceAll('_', ' '),
      value: written(figure, text),
      formula: isKnown(figure.name) ? text.t(`person_card.day.formula.${figure.name}`) : figure.formula,
    }));
}

function written({ value, unit }: FigureView, text: Text): string {
  if (value === null) return '–';
  if (unit === 's') return text.clock(value);
  return unit === 'share' ? text.percent(value) : text.number(value);
}
