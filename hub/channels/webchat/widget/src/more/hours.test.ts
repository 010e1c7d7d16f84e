import { expect, test } from "vitest";
import { type Chat, NOTHING_YET } from "../chat";
import { moreEn } from "../texts/more.en";
import type { Told } from "../visit";
import { closedWords, isOff } from "./hours";

const NOON = Date.parse("2026-03-01T12:00:00Z");
const CLOSED: Told = { closed: true, opens_at: null };

const line = (kind: "visitor" | "agent", name: string, order: number): Chat["lines"][number] => ({
  kind,
  key: `${kind}${order}`,
  text: "words",
  at: NOON,
  name,
  state: "sent",
  order,
});
const chat = (part: Partial<Chat>): Chat => ({ ...NOTHING_YET, link: "live", ...part });
const said = (of: Chat, told: Told = CLOSED): string => closedWords(of, told, moreEn, "en", NOON);

test("a closed line says so, and what becomes of a message", () => {
  expect(said(chat({}))).toBe("We are closed now. Write to us all the same: your message is kept.");
  expect(said(chat({}), { ...CLOSED, site: { away: "Back at nine." } })).toBe("We are closed now. Back at nine.");
  expect(said(chat({}), {})).toBe("");
});

test("whoever is being answered needs no such words", () => {
  expect(said(chat({ open: true, agent: "Anna" }))).toBe("");
});

test("once the house has answered by itself, the banner goes: one of the two is enough", () => {
  const asked = [line("visitor", "", 1)];
  expect(said(chat({ open: true, lines: asked }))).not.toBe("");
  expect(said(chat({ open: true, lines: [...asked, line("agent", "", 2)] }))).toBe("");
  expect(said(chat({ open: true, lines: [...asked, line("agent", "", 2), line("visitor", "", 3)] }))).toBe("");
});

test("an agent's older words are no such answer, and neither is that of a conversation which is over", () => {
  expect(said(chat({ open: true, lines: [line("agent", "", 1), line("agent", "Anna", 2), line("visitor", "", 3)] }))).not.toBe("");
  expect(said(chat({ open: false, lines: [line("visitor", "", 1), line("agent", "", 2)] }))).not.toBe("");
});

test("a chat that was switched off is off until the hub greets again", () => {
  const off = { code: "site_off" } as Told;
  expect([isOff(chat({ link: "lost" }), off), isOff(chat({ link: "live" }), off), isOff(chat({ link: "lost" }), {})]).toEqual([true, false, false]);
});
