import { expect, test } from "vitest";
import { retryDelayMs } from "./backoff";

test("the delay doubles from half a second to thirty seconds, and stays there", () => {
  expect([0, 1, 2, 5, 6, 7, 1000].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
    500, 1000, 2000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test("chance takes away half of it at most", () => {
  expect(retryDelayMs(0, 1)).toBe(250);
  expect(retryDelayMs(9, 1)).toBe(15_000);
});
