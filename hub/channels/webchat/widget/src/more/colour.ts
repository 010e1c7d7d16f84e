/** Readable colours out of one given by the site, by the contrast ratio of WCAG 2.2. */

type Rgb = readonly [number, number, number];

/** The surfaces of view/root.css. */
const LIGHT: Rgb = [255, 255, 255];
const DARK: Rgb = [0x17, 0x1b, 0x1f];
const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [0x0b, 0x12, 0x20];
const READABLE = 4.5;

/** The style rules that make `digits` (six hexadecimal digits) the accent of both themes. */
export function accentRules(digits: string): string {
  const accent = fromDigits(digits);
  const text = contrast(accent, WHITE) >= READABLE || contrast(accent, WHITE) > contrast(accent, INK) ? WHITE : INK;
  const base = `--accent:${css(accent)};--on-accent:${css(text)};`;
  return (
    `.root{${base}--accent-text:${css(readableOn(accent, LIGHT))}}` +
    `.root[data-theme=dark]{${base}--accent-text:${css(readableOn(accent, DARK))}}`
  );
}

/** `colour`, moved toward black or white until text in it can be read on `surface`. */
export function readableOn(colour: Rgb, surface: Rgb): Rgb {
  const goal: Rgb = luminance(surface) > 0.18 ? [0, 0, 0] : WHITE;
  let mixed = colour;
  for (let part = 0; contrast(mixed, surface) < READABLE; part += 0.05) {
    mixed = mix(colour, goal, Math.min(1, part));
  }
  return mixed;
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function fromDigits(digits: string): Rgb {
  const value = parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function mix(from: Rgb, to: Rgb, part: number): Rgb {
  return from.map((value, i) => Math.round(value + ((to[i] ?? 0) - value) * part)) as unknown as Rgb;
}

function css([r, g, b]: Rgb): string {
  return `rgb(${r},${g},${b})`;
}
