import { describe, expect, test } from "vitest";
import { MORE } from "../texts/more";
import { fileSize, moment } from "./words";

const at = (day: number, hour: number, minute = 0): number => new Date(2026, 2, day, hour, minute).getTime();
/** A narrow blank, as some languages put before a unit, is a blank to whoever reads the test. */
const plain = (words: string): string => words.replace(/[\u00a0\u202f]/g, " ");

describe("the size of a file", () => {
  test("is in whole kilobytes, one at least, then in megabytes with a digit", () => {
    expect([1, 499, 1_500, 999_499, 1_000_000, 2_440_000].map((bytes) => plain(fileSize("en", bytes)))).toEqual([
      "1 kB",
      "1 kB",
      "2 kB",
      "999 kB",
      "1 MB",
      "2.4 MB",
    ]);
  });
  test("has the units and the comma of the language", () => {
    expect(plain(fileSize("ru", 2_440_000))).toBe("2,4 МБ");
    expect(plain(fileSize("tr", 48_000))).toBe("48 kB");
  });
});

describe("a moment", () => {
  const now = at(2, 12); // a Monday
  test("is today or tomorrow, a day of this week, or a date: as near as it is", () => {
    expect(plain(moment("en", at(2, 17), now))).toMatch(/^today, 0?5:00 PM$/);
    expect(plain(moment("en", at(3, 9), now))).toMatch(/^tomorrow, 0?9:00 AM$/);
    expect(plain(moment("en", at(4, 9, 30), now))).toMatch(/^Wednesday, 0?9:30 AM$/);
    expect(plain(moment("en", at(8, 9), now))).toMatch(/^Sunday, /);
    expect(plain(moment("en", at(9, 9), now))).toMatch(/^March 9, /);
  });
  test("what has passed is a date, not a day of the week to come", () => {
    expect(plain(moment("en", at(1, 9), now))).toMatch(/^March 1, /);
  });
  test("is said in the visitor's language", () => {
    expect(moment("ru", at(3, 9), now)).toMatch(/^завтра, 0?9:00$/);
    expect(moment("tr", at(3, 9), now)).toMatch(/^yarın, 0?9:00$/);
  });
});

test("every language says everything of the second part, and counts files rightly", () => {
  const keys = Object.keys(MORE.en).sort();
  expect([Object.keys(MORE.ru).sort(), Object.keys(MORE.tr).sort()]).toEqual([keys, keys]);
  expect([1, 2, 5, 21].map((n) => MORE.ru.files(n))).toEqual(["1 файл", "2 файла", "5 файлов", "21 файл"]);
  expect([1, 2].map((n) => MORE.en.files(n))).toEqual(["1 file", "2 files"]);
  expect([1, 2].map((n) => MORE.tr.files(n))).toEqual(["1 dosya", "2 dosya"]);
});
