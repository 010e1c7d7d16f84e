import { describe, expect, it } from 'vitest';
import { halfOf, lineOf, monthOf, painted, shifted, slotsOf } from '@/desks/admin/floor/week';

const nine = { from_min: 540, to_min: 720 };

describe('hours that are written', () => {
  it('are read in several ways and written in one', () => {
    const slots = slotsOf('13–18:30, 9:00-12');
    expect(slots).toEqual([nine, { from_min: 780, to_min: 1110 }]);
    expect(lineOf(slots ?? [])).toBe('09:00–12:00, 13:00–18:30');
    expect(slotsOf('')).toEqual([]);
    expect(lineOf(slotsOf('0–24') ?? [])).toBe('00:00–24:00');
  });

  it('may end on the next day', () => {
    expect(slotsOf('22:00–06:00')).toEqual([{ from_min: 1320, to_min: 1800 }]);
    expect(lineOf([{ from_min: 1320, to_min: 1800 }])).toBe('22:00–06:00');
  });

  it('are refused when they overlap or are no times', () => {
    for (const line of ['9–12, 11–14', 'nine to five', '9', '25–26', '9–12–15', '24–25']) expect(slotsOf(line), line).toBeNull();
  });
});

describe('hours that are painted', () => {
  it('open and close half hours, and what touches becomes one', () => {
    expect(painted([nine], 24, 25, true)).toEqual([{ from_min: 540, to_min: 780 }]);
    expect(painted([nine], 20, 20, false)).toEqual([{ from_min: 540, to_min: 600 }, { from_min: 630, to_min: 720 }]);
    expect(painted([], 47, 46, true)).toEqual([{ from_min: 1380, to_min: 1440 }]);
  });

  it('show what runs over from the day before', () => {
    const night = [{ from_min: 1320, to_min: 1800 }];
    expect(halfOf([], night, 11)).toBe('before');
    expect(halfOf([], night, 12)).toBe('closed');
    expect(halfOf(night, [], 44)).toBe('open');
    expect(halfOf([{ from_min: 555, to_min: 600 }], [], 18)).toBe('part');
  });
});

describe('a year', () => {
  it('has its months begin on their day of the week', () => {
    const march = monthOf(2026, 2);
    expect(march.slice(0, 7)).toEqual([null, null, null, null, null, null, '2026-03-01']);
    expect(march.length).toBe(6 + 31);
  });

  it('is not left by an arrow', () => {
    expect(shifted('2026-02-28', 1)).toBe('2026-03-01');
    expect(shifted('2026-12-31', 7)).toBe('2026-12-31');
  });
});
