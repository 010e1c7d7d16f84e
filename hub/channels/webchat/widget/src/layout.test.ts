import { describe, expect, test } from "vitest";
import { type Chat, type Link, NOTHING_YET, type Line, type Said } from "./chat";
import { layout, type Row } from "./layout";

const NOON = Date.parse("2026-03-01T12:00:00Z");
const MINUTE = 60_000;

function line(kind: Said["kind"], minute: number, more: Partial<Said> = {}): Said {
  const name = kind === "agent" ? "Anna" : "";
  const key = `${kind}${minute}`;
  return { kind, key, text: key, at: NOON + minute * MINUTE, name, state: "sent", order: minute, ...more };
}

const rows = (lines: readonly Line[], link: Link = "live", more: Partial<Chat> = {}): Row[] =>
  layout({ ...NOTHING_YET, link, lines, ...more }, "en", NOON);
const kinds = (found: readonly Row[]): string[] =>
  found.map((row) => (row.kind === "day" ? row.text : row.kind === "note" ? row.note.kind : row.key));
const groups = (found: readonly Row[]): string[] =>
  found.flatMap((row) => (row.kind === "said" ? [`${row.first ? "[" : ""}${row.key}${row.last ? "]" : ""}`] : []));
const statuses = (found: readonly Row[]): unknown[] => found.flatMap((row) => (row.kind === "said" ? [row.status] : []));

test("each day is named once, above its first line", () => {
  expect(kinds(rows([line("agent", -24 * 60), line("agent", -23 * 60), line("visitor", 0)]))).toEqual([
    "Yesterday",
    "agent-1440",
    "agent-1380",
    "Today",
    "visitor0",
  ]);
});

test("what one author writes within five minutes is one group", () => {
  expect(groups(rows([line("visitor", 0), line("visitor", 4.9), line("visitor", 9.9), line("agent", 10)]))).toEqual([
    "[visitor0",
    "visitor4.9]",
    "[visitor9.9]",
    "[agent10]",
  ]);
});

test("another agent, a note and a new day begin a new group", () => {
  const note: Line = { kind: "left", key: "n", at: NOON + 2 * MINUTE, name: "Boris", order: 2 };
  expect(
    groups(rows([line("agent", 0), line("agent", 1, { name: "Boris" }), note, line("agent", 3, { name: "Boris" })])),
  ).toEqual(["[agent0]", "[agent1]", "[agent3]"]);
  expect(groups(rows([line("agent", -12 * 60 - 1), line("agent", -12 * 60)]))).toEqual(["[agent-721]", "[agent-720]"]);
});

describe("the state of what the visitor wrote", () => {
  const pending = { state: "pending", order: Infinity } as const;

  test("stands under the newest message only", () => {
    expect(statuses(rows([line("visitor", 0), line("visitor", 1)]))).toEqual([null, "sent"]);
    expect(statuses(rows([line("visitor", 0), line("visitor", 1, pending), line("visitor", 2, pending)]))).toEqual([
      null,
      null,
      "sending",
    ]);
  });

  test("is over once an agent has answered", () => {
    expect(statuses(rows([line("visitor", 0), line("agent", 1)]))).toEqual([null, null]);
  });

  test("says that it will be tried again when the connection is lost or the hub asked to wait", () => {
    const lines = [line("visitor", 0, pending)];
    expect(statuses(rows(lines, "lost"))).toEqual(["retry"]);
    expect(statuses(rows(lines, "live", { delayed: true }))).toEqual(["retry"]);
    expect(statuses(rows(lines, "connecting"))).toEqual(["sending"]);
  });

  test("a refusal stays under its message", () => {
    expect(statuses(rows([line("visitor", 0, { state: "too_long" }), line("visitor", 1)]))).toEqual(["too_long", "sent"]);
  });
});
