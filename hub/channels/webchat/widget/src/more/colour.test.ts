import { expect, test } from "vitest";
import { accentRules, contrast, fromDigits, readableOn } from "./colour";

const WHITE = fromDigits("ffffff");
const DARK = fromDigits("171b1f");
const COLOURS = ["000000", "ffffff", "ffd400", "1f5fd0", "9a4a1f", "00aa77", "777777", "ff0000", "808080"];

test("contrast runs from 1 to 21", () => {
  expect(contrast(WHITE, WHITE)).toBe(1);
  expect(contrast(fromDigits("000000"), WHITE)).toBeCloseTo(21, 5);
});

test.each(COLOURS)("text in %s is readable on both themes, and text on it too", (digits) => {
  const colour = fromDigits(digits);
  expect(contrast(readableOn(colour, WHITE), WHITE)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(readableOn(colour, DARK), DARK)).toBeGreaterThanOrEqual(4.5);
  const [r, g, b] = /--on-accent:rgb\((\d+),(\d+),(\d+)\)/.exec(accentRules(digits))?.slice(1).map(Number) ?? [];
  expect(contrast(colour, [r ?? 0, g ?? 0, b ?? 0])).toBeGreaterThanOrEqual(4.4);
});

test("a colour that is readable already stays as it is", () => {
  expect(readableOn(fromDigits("1f5fd0"), WHITE)).toEqual(fromDigits("1f5fd0"));
});
