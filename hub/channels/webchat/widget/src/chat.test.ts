import { describe, expect, test } from "vitest";
import { type Chat, greeted, heard, type Line, NOTHING_YET, refused, said, seen, stored, unread } from "./chat";
import type { HelloFrame, HistoryLine, HubFrame } from "./frames";

const NOON = Date.parse("2026-03-01T12:00:00Z");
const at = (minute: number): string => new Date(NOON + minute * 60_000).toISOString();
const entry = (id: string) => ({ id, text: `text of ${id}`, at: NOON });
const message = (seq: number, text = `reply ${seq}`): HubFrame => ({ t: "message", seq, text, at: at(seq), name: "Anna" });
const fromAgent = (seq: number): HistoryLine => ({ seq, from: "agent", text: `reply ${seq}`, at: at(seq), name: "Anna" });
const fromVisitor = (seq: number, id: string): HistoryLine => ({
  seq,
  from: "visitor",
  text: `text of ${id}`,
  at: at(seq),
  client_msg_id: id,
});
const hello = (more: Partial<HelloFrame> = {}): HelloFrame => ({ t: "hello", session: "s1", resumed: true, ...more });
const after = (chat: Chat, ...frames: HubFrame[]): Chat => frames.reduce((now, frame) => heard(now, frame, NOON), chat);
const CLOSED: HubFrame = { t: "closed", at: at(30) };
const OPEN = greeted(NOTHING_YET, hello({ open: true }));

const shown = (chat: Chat): string[] =>
  chat.lines.map((line: Line) => ("text" in line ? `${line.text} (${line.state})` : `${line.kind} ${line.name}`.trim()));

describe("messages", () => {
  test("the same number again is the same message", () => {
    expect(shown(after(OPEN, message(2), message(2)))).toEqual(["reply 2 (sent)"]);
  });

  test("messages stand in the order of their numbers, however they arrive", () => {
    expect(shown(after(OPEN, message(5), message(2)))).toEqual(["reply 2 (sent)", "reply 5 (sent)"]);
  });

  test("what is not confirmed stands last, and takes its place when it is", () => {
    const waiting = after(said(OPEN, entry("m1")), message(4));
    expect(shown(waiting)).toEqual(["reply 4 (sent)", "text of m1 (pending)"]);
    expect(shown(stored(waiting, entry("m1"), 3, NOON))).toEqual(["text of m1 (sent)", "reply 4 (sent)"]);
  });

  test("a second acknowledgement changes nothing", () => {
    const once = stored(said(OPEN, entry("m1")), entry("m1"), 1, NOON);
    expect(stored(once, entry("m1"), 1, NOON + 1)).toBe(once);
  });

  test("a refused message stays where it was written, and says so", () => {
    const chat = after(refused(said(OPEN, entry("m1")), "m1", "too_long"), message(2));
    expect(shown(chat)).toEqual(["text of m1 (too_long)", "reply 2 (sent)"]);
  });

  test("a message without a name is the present agent's", () => {
    const chat = after(OPEN, { t: "agent", name: "Boris" }, { t: "message", seq: 1, text: "hi", at: at(1) });
    expect(chat.lines.at(-1)).toMatchObject({ name: "Boris", text: "hi" });
  });
});

describe("coming back", () => {
  test("history confirms what was sent while the answer was lost", () => {
    const chat = said(said(NOTHING_YET, entry("m1")), entry("m2"));
    const back = greeted(chat, hello({ open: true, history: [fromVisitor(1, "m1"), fromAgent(2)] }));
    expect(shown(back)).toEqual(["text of m1 (sent)", "reply 2 (sent)", "text of m2 (pending)"]);
  });

  test("newer history is added to what is shown", () => {
    const back = greeted(after(OPEN, message(1)), hello({ open: true, history: [fromAgent(2)] }));
    expect(shown(back)).toEqual(["reply 1 (sent)", "reply 2 (sent)"]);
  });

  test("a new session shows nothing of the old one, and keeps what was never sent", () => {
    const old = said(after(OPEN, message(1)), entry("m9"));
    expect(shown(greeted(old, hello({ session: "s2", resumed: false })))).toEqual(["text of m9 (pending)"]);
  });

  test("a conversation that was closed meanwhile is shown closed", () => {
    const back = greeted(after(OPEN, message(1)), hello({ history: [fromAgent(2)] }));
    expect(shown(back)).toEqual(["reply 1 (sent)", "reply 2 (sent)", "closed"]);
    expect(back).toMatchObject({ open: false, ended: true });
  });

  test("somebody who never wrote has no closed conversation", () => {
    expect(greeted(NOTHING_YET, hello({ resumed: false }))).toMatchObject({ open: false, ended: false, lines: [] });
  });

  test("the place in line is kept until the hub tells it anew, and goes when an agent has come", () => {
    const waiting = after(OPEN, { t: "position", place: 3, ewt_s: 120 });
    expect(greeted(waiting, hello({ open: true })).waiting).toEqual({ place: 3, ewtS: 120 });
    expect(greeted(waiting, hello({ open: true, agent: "Anna" })).waiting).toBeNull();
  });
});

describe("a new conversation after a closed one", () => {
  const closed = after(OPEN, message(1), message(2), CLOSED);

  test("goes on below it", () => {
    const again = after(stored(said(closed, entry("m1")), entry("m1"), 4, NOON), message(6));
    expect(shown(again)).toEqual(["reply 1 (sent)", "reply 2 (sent)", "closed", "text of m1 (sent)", "reply 6 (sent)"]);
    expect(again).toMatchObject({ open: true, ended: false, lastSeq: 6 });
  });

  test("several unconfirmed messages stay below it", () => {
    const two = said(said(closed, entry("m1")), entry("m2"));
    expect(shown(stored(two, entry("m1"), 4, NOON)).slice(3)).toEqual(["text of m1 (sent)", "text of m2 (pending)"]);
  });

  test("an agent's message that comes after the end does not begin it anew", () => {
    const late = after(OPEN, message(1), CLOSED, message(2, "thank you"));
    expect(shown(late)).toEqual(["reply 1 (sent)", "closed", "thank you (sent)"]);
    expect(late).toMatchObject({ open: false, ended: true });
    expect(stored(said(late, entry("m1")), entry("m1"), 3, NOON)).toMatchObject({ open: true, ended: false, lastSeq: 3 });
  });

  test("is begun by an agent who comes, before or after what they write", () => {
    const agent: HubFrame = { t: "agent", name: "Boris" };
    for (const frames of [[agent, message(6)], [message(6), agent]]) {
      expect(after(closed, ...frames)).toMatchObject({ open: true, ended: false, agent: "Boris" });
    }
    expect(after(closed, agent, message(6), CLOSED)).toMatchObject({ open: false, ended: true });
  });

  test("closing twice is closing once", () => {
    expect(after(closed, CLOSED)).toEqual(closed);
  });

  test("a conversation that another page has begun is open here too", () => {
    expect(greeted(closed, hello({ open: true }))).toMatchObject({ open: true, ended: false });
  });
});

describe("the line and the agent", () => {
  test("place 0 is no place", () => {
    expect(after(OPEN, { t: "position", place: 1, ewt_s: null }).waiting).toEqual({ place: 1, ewtS: null });
    expect(after(OPEN, { t: "position", place: 1, ewt_s: 9 }, { t: "position", place: 0, ewt_s: null }).waiting).toBeNull();
  });

  test("an agent joins once, ends the waiting, and leaves by name", () => {
    const chat = after(OPEN, { t: "position", place: 1, ewt_s: 9 }, { t: "agent", name: "Anna" }, { t: "agent", name: "Anna" });
    expect(shown(chat)).toEqual(["joined Anna"]);
    expect(chat.waiting).toBeNull();
    expect(shown(after(chat, { t: "agent", name: "" }))).toEqual(["joined Anna", "left Anna"]);
  });

  test("who is present at hello has not just joined", () => {
    expect(shown(greeted(NOTHING_YET, hello({ open: true, agent: "Anna" })))).toEqual([]);
  });

  test("an agent's message ends the typing", () => {
    const typing = after(OPEN, { t: "typing", typing: true });
    expect(typing.agentTyping).toBe(true);
    expect(after(typing, message(1)).agentTyping).toBe(false);
  });
});

describe("unread", () => {
  test("counts messages of agents above the newest that was seen", () => {
    const chat = stored(after(OPEN, message(1), message(2), message(4)), entry("m1"), 5, NOON);
    expect([unread(chat), unread(seen(chat, 2)), unread(seen(chat, 4)), unread(seen(seen(chat, 4), 1))]).toEqual([3, 1, 0, 0]);
  });
});

test("frames that say nothing of the conversation change nothing", () => {
  for (const frame of [{ t: "pong" }, { t: "rating" }, { t: "error", code: "bad_frame" }] as HubFrame[]) {
    expect(after(OPEN, frame)).toBe(OPEN);
  }
});
