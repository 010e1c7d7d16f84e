import { describe, expect, it } from 'vitest';
import { LANE, outline, percentAt, secondsAt, steppedTo } from '@/recordings/wave';

describe('the picture', () => {
  it('has a bar for each peak, higher for the louder, and a line for silence', () => {
    const bars = outline([0, 64, 255], 0).split('M').slice(1);
    const heights = bars.map((bar) => Number(/v([\d.]+)/u.exec(bar)?.[1]));
    expect(bars).toHaveLength(3);
    expect(heights[0]).toBeCloseTo(0.8);
    expect(heights[1]).toBeGreaterThan(heights[0] ?? 0);
    expect(heights[2]).toBeCloseTo(2 * (LANE - 2));
  });

  it('puts the second side below the first', () => {
    expect(outline([0], 1)).toContain(` ${(3 * LANE - 0.4).toFixed(2)}`);
  });
});

describe('the slider', () => {
  it('finds the second under the pointer, and stays within the recording', () => {
    expect(secondsAt(50, 200, 60)).toBe(15);
    expect(secondsAt(-5, 200, 60)).toBe(0);
    expect(secondsAt(900, 200, 60)).toBe(60);
    expect(secondsAt(10, 0, 60)).toBe(0);
  });

  it('steps by keys, and knows no others', () => {
    expect(steppedTo('ArrowRight', 10, 60)).toBe(15);
    expect(steppedTo('ArrowLeft', 3, 60)).toBe(0);
    expect(steppedTo('PageUp', 50, 60)).toBe(60);
    expect(steppedTo('Home', 50, 60)).toBe(0);
    expect(steppedTo('End', 50, 60)).toBe(60);
    expect(steppedTo('a', 50, 60)).toBeNull();
  });

  it('stands where the sound is', () => {
    expect(percentAt(15, 60)).toBe(25);
    expect(percentAt(90, 60)).toBe(100);
    expect(percentAt(1, 0)).toBe(0);
  });
});
