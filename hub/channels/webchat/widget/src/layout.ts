/** How the lines of a conversation are laid out: days, groups of one author, and the state under the last message. */

import type { Chat, Line, Note, Refusal, Said } from "./chat";
import { dayName, sameDay } from "./wording";

export type Status = "sending" | "sent" | "retry" | Refusal;

/** `first` and `last` of a group: what one author wrote within a few minutes. The name stands over it, the time under it. */
export type Row =
  | { readonly kind: "day"; readonly key: string; readonly text: string }
  | { readonly kind: "note"; readonly key: string; readonly note: Note }
  | {
      readonly kind: "said";
      readonly key: string;
      readonly said: Said;
      readonly first: boolean;
      readonly last: boolean;
      readonly status: Status | null;
    };

const GROUP_MS = 5 * 60_000;

export function layout(chat: Chat, lang: string, now: number): Row[] {
  const rows: Row[] = [];
  const held = chat.link === "lost" || chat.delayed;
  const said = chat.lines.filter(isSaid);
  const newest = said.at(-1);
  const newestOfVisitor = said.filter(({ kind }) => kind === "visitor").at(-1);
  chat.lines.forEach((line, i) => {
    const before = ofTheSameDay(line, chat.lines[i - 1]);
    if (!before) {
      rows.push({ kind: "day", key: `day ${line.key}`, text: dayName(lang, line.at, now) });
    }
    if (!isSaid(line)) {
      rows.push({ kind: "note", key: line.key, note: line });
      return;
    }
    rows.push({
      kind: "said",
      key: line.key,
      said: line,
      first: !together(before, line),
      last: !together(line, ofTheSameDay(line, chat.lines[i + 1])),
      status: line === newestOfVisitor ? newestStatus(line, held, line === newest) : refusal(line),
    });
  });
  return rows;
}

function newestStatus(line: Said, held: boolean, unanswered: boolean): Status | null {
  if (line.state === "pending") {
    return held ? "retry" : "sending";
  }
  return line.state === "sent" && !unanswered ? null : line.state;
}

function refusal({ state }: Said): Status | null {
  return state === "sent" || state === "pending" ? null : state;
}

function ofTheSameDay(line: Line, other: Line | undefined): Line | undefined {
  return other && sameDay(line.at, other.at) ? other : undefined;
}

function isSaid(line: Line): line is Said {
  return line.kind === "visitor" || line.kind === "agent";
}

function together(a: Line | undefined, b: Line | undefined): boolean {
  if (!a || !b || !isSaid(a) || !isSaid(b)) {
    return false;
  }
  return a.kind === b.kind && a.name === b.name && b.at - a.at < GROUP_MS;
}
