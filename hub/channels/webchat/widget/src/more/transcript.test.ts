import { expect, test } from "vitest";
import { type Chat, NOTHING_YET, type Said } from "../chat";
import { MORE } from "../texts/more";
import { TEXTS } from "../texts/texts";
import { transcript } from "./transcript";

const AT = new Date(2026, 2, 1, 12, 5).getTime();
const said = (part: Partial<Said>): Said => ({ kind: "visitor", key: "k", text: "Hello", at: AT, name: "", state: "sent", order: 1, ...part });
const chat = (lines: Chat["lines"], title = "Shop"): Chat => ({ ...NOTHING_YET, title, lines });
const text = (of: Chat, lang: "en" | "ru" | "tr" = "en"): string[] => transcript(of, TEXTS[lang], MORE[lang], lang).split("\n");

test("a line a message, with its time and who wrote it, under the name of the chat", () => {
  const [title, empty, first, second, end] = text(chat([said({}), said({ kind: "agent", name: "Anna", text: "Good day", order: 2 })]));
  expect([title, empty, end]).toEqual(["Shop", "", ""]);
  expect(first).toMatch(/^\[.*12:05.*\] You: Hello$/);
  expect(second).toMatch(/\] Anna: Good day$/);
});

test("what the house said by itself is the shop's; files stand by their names", () => {
  const files = [{ id: "f", name: "bill.pdf", type: "application/pdf", size: 1 }];
  const lines = text(chat([said({ kind: "agent", text: "We are closed" }), said({ text: "", files }), said({ text: "Look", files })]));
  expect(lines[2]).toMatch(/\] Shop: We are closed$/);
  expect(lines[3]).toMatch(/\] You: \(bill\.pdf\)$/);
  expect(lines[4]).toMatch(/\] You: Look \(bill\.pdf\)$/);
});

test("what never came to the hub is left out", () => {
  expect(text(chat([said({ state: "pending" }), said({ state: "too_long" })])).slice(2)).toEqual([""]);
});

test("who came, left and closed it is told in the visitor's language", () => {
  const note = (kind: "joined" | "left" | "closed") => ({ kind, key: kind, at: AT, name: "Anna", order: 1 });
  for (const lang of ["en", "ru", "tr"] as const) {
    const lines = text(chat([note("joined"), note("left"), note("closed")]), lang);
    expect(lines[2]).toContain(TEXTS[lang].joined("Anna"));
    expect(lines[3]).toContain(TEXTS[lang].left("Anna"));
    expect(lines[4]).toContain(TEXTS[lang].closed);
  }
});

test("a chat without a name has the widget's", () => {
  expect(text(chat([], ""), "tr")[0]).toBe(TEXTS.tr.title);
});
