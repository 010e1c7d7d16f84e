import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const KINDS = ['ivr', 'queue', 'alert', 'talk', 'hold', 'wrap-up'];
const css = readFileSync(new URL('../look/tokens.css', import.meta.url), 'utf-8');
const themes = css.split(/:root[^{]*\{/u).slice(1);

const linear = (c: number): number => (c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const rgb = (hex: string): number[] => [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
const sum = (parts: number[], by: number[]): number => parts.reduce((all, part, n) => all + part * (by[n] ?? 0), 0);
/** Lightness and the two axes of hue as the eye takes them (OKLab). */
function lab(hex: string): number[] {
  const cones = [[0.412_22, 0.536_33, 0.051_45], [0.211_9, 0.680_7, 0.107_4], [0.088_3, 0.281_72, 0.629_98]].map((row) => Math.cbrt(sum(rgb(hex), row)));
  return [[0.210_45, 0.793_62, -0.004_07], [1.978, -2.428_59, 0.450_59], [0.025_9, 0.782_77, -0.808_68]].map((row) => sum(cones, row));
}
const apart = (a: string, b: string): number => Math.hypot(...lab(a).map((part, n) => part - (lab(b)[n] ?? 0)));
const bright = (hex: string): number => sum(rgb(hex), [0.2126, 0.7152, 0.0722]);
function contrast(a: string, b: string): number {
  const [more = 0, less = 0] = [bright(a), bright(b)].toSorted((x, y) => y - x);
  return (more + 0.05) / (less + 0.05);
}

it.each(themes.map((theme, n) => [n, theme] as const))('the kinds of segment are told apart by eye, and from the page (theme %i)', (_, theme) => {
  const of = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`, 'u').exec(theme)?.[1] ?? '';
  const colours = KINDS.map((kind) => of(`segment-${kind}`));
  for (const [n, one] of colours.entries()) {
    expect(contrast(one, of('surface'))).toBeGreaterThan(3);
    for (const other of colours.slice(n + 1)) expect(apart(one, other), `${one} ${other}`).toBeGreaterThan(0.1);
  }
});

it('every theme has its own colours', () => expect(themes).toHaveLength(3));
