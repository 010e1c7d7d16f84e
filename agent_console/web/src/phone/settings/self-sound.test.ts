import { expect, it } from 'vitest';
import { HEARD, loudness } from '@/phone/settings/self-sound';

const sine = (height: number): Float32Array => Float32Array.from({ length: 480 }, (_, n) => height * Math.sin((2 * Math.PI * n) / 48));

it('a full tone is everything, silence is nothing, and a hum 60 dB below is nothing too', () => {
  expect(loudness(sine(1))).toBeCloseTo(1, 2);
  expect(loudness(sine(0))).toBe(0);
  expect(loudness(sine(0.001))).toBeCloseTo(0, 2);
  expect(loudness(new Float32Array(0))).toBe(0);
});
it('half as loud for the ear is a sixth less of the bar', () => {
  expect(loudness(sine(0.316))).toBeCloseTo(1 - 10 / 60, 2);
});
it('a quiet voice is heard', () => {
  expect(loudness(sine(0.005))).toBeGreaterThan(HEARD);
});
