import { describe, expect, test } from "vitest";
import { LANGUAGES, TEXTS, type Texts } from "./texts/texts";
import { dayName, placeInLine, timeOfDay } from "./wording";

const { en, ru, tr } = TEXTS;

describe("the place in line", () => {
  test("is said as people say it", () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 103].map((place) => placeInLine(en, place, null))).toEqual([
      "You are next",
      "You are 2nd in line",
      "You are 3rd in line",
      "You are 4th in line",
      "You are 11th in line",
      "You are 12th in line",
      "You are 13th in line",
      "You are 21st in line",
      "You are 22nd in line",
      "You are 103rd in line",
    ]);
    expect([placeInLine(ru, 1, null), placeInLine(ru, 3, null)]).toEqual(["Вы следующий в очереди", "Вы 3-й в очереди"]);
    expect([placeInLine(tr, 1, null), placeInLine(tr, 3, null)]).toEqual([
      "Sıradaki kişi sizsiniz",
      "Sırada 3. kişisiniz",
    ]);
  });

  test.each([
    [0, "less than a minute"],
    [44.9, "less than a minute"],
    [45, "about 1 min"],
    [89, "about 1 min"],
    [90, "about 2 min"],
    [3600, "about 60 min"],
    [3601, "over an hour"],
  ])("a wait of %d s is %s", (ewtS, words) => {
    expect(placeInLine(en, 3, ewtS)).toBe(`You are 3rd in line, ${words}`);
  });

  test("the minutes are declined", () => {
    expect([1, 2, 5, 11, 21, 22].map((minutes) => placeInLine(ru, 2, minutes * 60))).toEqual([
      "Вы 2-й в очереди, ждать около 1 минуты",
      "Вы 2-й в очереди, ждать около 2 минут",
      "Вы 2-й в очереди, ждать около 5 минут",
      "Вы 2-й в очереди, ждать около 11 минут",
      "Вы 2-й в очереди, ждать около 21 минуты",
      "Вы 2-й в очереди, ждать около 22 минут",
    ]);
    expect(placeInLine(tr, 2, 120)).toBe("Sırada 2. kişisiniz, yaklaşık 2 dakika");
  });
});

test("unread messages are counted in the grammar of the language", () => {
  expect([1, 2].map(en.unread)).toEqual(["1 unread message", "2 unread messages"]);
  expect([1, 2, 5, 11, 21, 112].map(ru.unread)).toEqual([
    "1 непрочитанное сообщение",
    "2 непрочитанных сообщения",
    "5 непрочитанных сообщений",
    "11 непрочитанных сообщений",
    "21 непрочитанное сообщение",
    "112 непрочитанных сообщений",
  ]);
  expect([1, 2].map(tr.unread)).toEqual(["1 okunmamış mesaj", "2 okunmamış mesaj"]);
});

test("the characters that remain, and those that are too many", () => {
  expect([1, 100, -1, -3].map(en.remaining)).toEqual([
    "1 character left",
    "100 characters left",
    "1 character too many",
    "3 characters too many",
  ]);
  expect([2, -5].map(ru.remaining)).toEqual(["Осталось: 2 символа", "Лишнее: 5 символов"]);
});

test("every language says everything", () => {
  const said = (texts: Texts): string[] =>
    Object.values(texts).flatMap((text: unknown) =>
      typeof text === "function" ? [] : typeof text === "string" ? [text] : Object.values(text as object),
    );
  for (const lang of LANGUAGES) {
    expect(said(TEXTS[lang])).toHaveLength(said(en).length);
    expect(said(TEXTS[lang]).every((text) => text.trim() !== "")).toBe(true);
  }
});

describe("days and times", () => {
  const NOW = Date.parse("2026-03-01T00:30:00Z");
  const daysBefore = (days: number): number => NOW - days * 86_400_000;

  test("today and yesterday have their names, others their date", () => {
    expect([0, 1, 2, 70].map((days) => dayName("en", daysBefore(days), NOW))).toEqual([
      "Today",
      "Yesterday",
      "February 27",
      "December 21, 2025",
    ]);
    expect([0, 1].map((days) => dayName("ru", daysBefore(days), NOW))).toEqual(["Сегодня", "Вчера"]);
    expect([0, 1].map((days) => dayName("tr", daysBefore(days), NOW))).toEqual(["Bugün", "Dün"]);
  });

  test("a day begins at midnight, not twenty-four hours ago", () => {
    expect(dayName("en", NOW - 31 * 60_000, NOW)).toBe("Yesterday");
  });

  test("the time is written as the language writes it", () => {
    const at = Date.parse("2026-03-01T15:04:00Z");
    expect(["en", "ru", "tr"].map((lang) => timeOfDay(lang, at).replace(/\s/, " "))).toEqual(["3:04 PM", "15:04", "15:04"]);
  });
});
