import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { unread } from "./chat";
import { ack, AT, HELLO, MapShelf, NOON, Page, reply } from "./fakes";
import type { HubFrame } from "./frames";

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

describe("connecting", () => {
  test("a visitor who only reads the site costs the hub nothing", () => {
    expect(new Page(new MapShelf()).sockets).toHaveLength(0);
  });

  test("an open conversation connects at once", () => {
    const shelf = new MapShelf();
    new Page(shelf).greet({ open: true });
    expect(new Page(shelf).sockets).toHaveLength(1);
  });

  test("the first frame carries the session, the language and the page; history is asked in full once", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.socket.says(reply(4));
    expect(page.socket.sent[0]).toEqual({
      t: "hello",
      session: null,
      lang: "tr",
      last_seq: null,
      page: "https://shop.test/kettles",
      referrer: "",
    });
    page.reconnect({ open: true });
    expect(page.socket.sent[0]).toMatchObject({ session: "s1", last_seq: 4 });
  });

  test("a page that slept asks for what it missed, and for what was read meanwhile", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.socket.says(reply(4));
    const wake = page.visit.sleep();
    expect(page.socket.closed).toBe(true);
    page.memory.seen = 4;
    wake();
    page.socket.accept();
    expect(page.socket.sent[0]).toMatchObject({ last_seq: 4 });
    expect(unread(page.visit.chat)).toBe(0);
  });

  test("a session the hub does not know is replaced at once", () => {
    const page = new Page(new MapShelf()).greet();
    page.socket.breaks();
    page.visit.hurry();
    page.socket.accept();
    page.socket.says({ t: "error", code: "bad_session" });
    vi.advanceTimersByTime(0);
    page.socket.accept();
    expect(page.socket.last).toMatchObject({ t: "hello", session: null });
    page.socket.says({ ...HELLO, session: "s2" });
    expect(page.memory.session).toBe("s2");
  });

  test("with no conversation and nothing unsent, a closed panel lets go of the socket", () => {
    const page = new Page(new MapShelf()).greet();
    page.visit.rest();
    expect(page.socket.closed).toBe(true);
    page.visit.write("wait");
    page.greet({ open: true });
    page.visit.rest();
    expect(page.socket.closed).toBe(false);
  });

  test("who has talked here stays connected, on this page and the next, so that an agent can write first", () => {
    const shelf = new MapShelf();
    const page = new Page(shelf).greet({ open: true });
    page.socket.says({ t: "closed", at: AT });
    page.visit.rest();
    expect(page.socket.closed).toBe(false);
    const next = new Page(shelf);
    next.socket.accept();
    next.socket.says({ ...HELLO, resumed: true });
    next.socket.says(reply(9));
    expect([next.visit.chat.open, unread(next.visit.chat)]).toEqual([true, 1]);
  });

  test("who has a session and never talked connects when they open the panel, and not before", () => {
    const shelf = new MapShelf();
    new Page(shelf).greet();
    expect(new Page(shelf).sockets).toHaveLength(0);
  });

  test("an address with too many visitors asks again within a minute, however long it is told to wait", () => {
    const page = new Page(new MapShelf());
    page.visit.begin();
    page.socket.accept();
    page.socket.says({ t: "error", code: "too_many", retry_ms: 3_600_000 });
    vi.advanceTimersByTime(59_999);
    expect(page.sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(page.sockets).toHaveLength(2);
  });

  test("a hub that cannot greet now is asked again when it said", () => {
    const page = new Page(new MapShelf());
    page.visit.begin();
    page.socket.accept();
    page.socket.says({ t: "nack", retry_ms: 4_000 });
    expect(page.visit.chat.link).toBe("lost");
    vi.advanceTimersByTime(3_999);
    expect(page.sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(page.sockets).toHaveLength(2);
  });
});

describe("sending", () => {
  test("what is written before the hub answers goes out after it has greeted, in order", () => {
    const page = new Page(new MapShelf());
    page.visit.write("one");
    page.visit.write("two");
    page.greet();
    expect(page.sentTexts()).toEqual(["one"]);
    page.socket.says(ack("m1", 1));
    expect(page.sentTexts()).toEqual(["one", "two"]);
    page.socket.says(ack("m2", 2));
    expect(page.shown).toEqual(["one: sent", "two: sent"]);
    expect(page.memory.entries()).toEqual([]);
  });

  test("a message survives the page, and the next page sends it", () => {
    const shelf = new MapShelf();
    new Page(shelf).visit.write("kept");
    const next = new Page(shelf).greet();
    expect(next.shown).toEqual(["kept: pending"]);
    expect(next.sentTexts()).toEqual(["kept"]);
  });

  test("without an answer the same message goes out again, under the same id", () => {
    const page = new Page(new MapShelf()).greet();
    page.visit.write("one");
    page.reconnect();
    expect(page.socket.last).toEqual({ t: "message", client_msg_id: "m1", text: "one" });
    page.socket.says({ t: "pong" });
    vi.advanceTimersByTime(14_999);
    expect(page.sentTexts()).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(page.sentTexts()).toHaveLength(3);
  });

  test("what the history already has is not sent again", () => {
    const page = new Page(new MapShelf()).greet();
    page.visit.write("one");
    page.reconnect({
      open: true,
      history: [{ seq: 1, from: "visitor", text: "one", at: AT, client_msg_id: "m1" }],
    });
    expect(page.sentTexts()).toEqual(["one"]);
    expect(page.shown).toEqual(["one: sent"]);
    expect(page.memory.entries()).toEqual([]);
  });

  test.each([
    ["nack", { t: "nack", client_msg_id: "m1", retry_ms: 700 }, 700],
    ["too_fast", { t: "error", code: "too_fast", client_msg_id: "m1", retry_ms: 900 }, 900],
    ["too_fast without a time", { t: "error", code: "too_fast" }, 1000],
  ] as [string, HubFrame, number][])("after %s the message waits exactly as long as the hub asked", (_, frame, wait) => {
    const page = new Page(new MapShelf()).greet();
    page.visit.write("one");
    page.socket.says(frame);
    vi.advanceTimersByTime(wait - 1);
    expect(page.sentTexts()).toEqual(["one"]);
    vi.advanceTimersByTime(1);
    expect(page.sentTexts()).toEqual(["one", "one"]);
  });

  test("only a wait of more than two seconds is worth telling the visitor", () => {
    const page = new Page(new MapShelf()).greet();
    page.visit.write("one");
    page.socket.says({ t: "nack", client_msg_id: "m1", retry_ms: 2_000 });
    expect(page.visit.chat.delayed).toBe(false);
    vi.advanceTimersByTime(2_000);
    page.socket.says({ t: "nack", client_msg_id: "m1", retry_ms: 2_001 });
    expect(page.visit.chat.delayed).toBe(true);
    vi.advanceTimersByTime(2_001);
    expect(page.visit.chat.delayed).toBe(false);
  });

  test.each([
    ["other_body", "other"],
    ["empty", "other"],
    ["too_long", "too_long"],
    ["too_many", "too_many"],
  ])("a message refused with %s is given up with a notice, and the next one goes out", (code, state) => {
    const page = new Page(new MapShelf()).greet();
    page.visit.write("one");
    page.visit.write("two");
    page.socket.says({ t: "error", code, client_msg_id: "m1", ...(code === "too_many" && { retry_ms: 60_001 }) });
    expect(page.shown).toEqual([`one: ${state}`, "two: pending"]);
    expect(page.sentTexts()).toEqual(["one", "two"]);
    expect(page.memory.entries().map(({ text }) => text)).toEqual(["two"]);
  });
});

test("a frame the hub cannot read is given up, not repeated", () => {
  const page = new Page(new MapShelf()).greet();
  page.visit.write("one");
  page.socket.says({ t: "error", code: "bad_frame" });
  expect(page.shown).toEqual(["one: other"]);
  expect(page.memory.entries()).toEqual([]);
});

test("half an emoji is not sent, a whole one is", () => {
  const page = new Page(new MapShelf()).greet();
  page.visit.write("a\ud83d b\udc4b c\ud83d\udc4b");
  expect(page.sentTexts()).toEqual(["a\ufffd b\ufffd c\ud83d\udc4b"]);
});

describe("typing", () => {
  const typingFrames = (page: Page): boolean[] =>
    page.socket.sent.flatMap((frame) => (frame.t === "typing" ? [frame.typing] : []));

  test("is said at most every three seconds, and ends five seconds after the last key", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.visit.typed(true);
    vi.advanceTimersByTime(2_999);
    page.visit.typed(true);
    expect(typingFrames(page)).toEqual([true]);
    vi.advanceTimersByTime(1);
    page.visit.typed(true);
    expect(typingFrames(page)).toEqual([true, true]);
    vi.advanceTimersByTime(4_999);
    expect(typingFrames(page)).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(typingFrames(page)).toEqual([true, true, false]);
  });

  test("ends when the text is deleted or sent", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.visit.typed(true);
    page.visit.typed(false);
    page.visit.typed(false);
    page.visit.typed(true);
    page.visit.write("done");
    expect(typingFrames(page)).toEqual([true, false, true, false]);
  });

  test("is nobody's business before there is a conversation", () => {
    const page = new Page(new MapShelf()).greet();
    page.visit.typed(true);
    expect(typingFrames(page)).toEqual([]);
  });

  test("of an agent who fell silent ends after ten seconds", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.socket.says({ t: "typing", typing: true });
    vi.advanceTimersByTime(9_999);
    expect(page.visit.chat.agentTyping).toBe(true);
    vi.advanceTimersByTime(1);
    expect(page.visit.chat.agentTyping).toBe(false);
  });
});
