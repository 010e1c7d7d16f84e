import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { unread } from "./chat";
import { ack, HELLO, MapShelf, NOON, Page, reply, AT } from "./fakes";

/** Deliver to the page `to` the storage events of everything `from` has written. */
function share(from: Page, to: Page): void {
  for (const [key, value] of from.shelf.events.splice(0)) {
    const change = to.memory.readChange(key, value);
    if (change) {
      to.visit.elsewhere(change);
    }
  }
}

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

describe("what was read", () => {
  const gots = (page: Page): number[] => page.socket.sent.flatMap((frame) => (frame.t === "got" ? [frame.seq] : []));

  test("the hub is told once, when the messages are looked at", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.socket.says(reply(2));
    expect([gots(page), unread(page.visit.chat)]).toEqual([[], 1]);
    page.visit.look();
    page.visit.look();
    expect([gots(page), unread(page.visit.chat)]).toEqual([[2], 0]);
  });

  test("looking at nothing new changes nothing, so that drawing may look", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.socket.says(reply(2));
    page.visit.look();
    const before = page.changes;
    page.visit.look();
    expect(page.changes).toBe(before);
  });

  test("what was looked at without a connection is told when there is one", () => {
    const page = new Page(new MapShelf()).greet({ open: true });
    page.socket.says(reply(2));
    page.socket.breaks();
    page.visit.look();
    page.visit.hurry();
    page.socket.accept();
    page.socket.says({ ...HELLO, open: true });
    expect(gots(page)).toEqual([2]);
  });

  test("the next page knows what was read", () => {
    const shelf = new MapShelf();
    const page = new Page(shelf).greet({ open: true });
    page.socket.says(reply(2));
    page.visit.look();
    const next = new Page(shelf);
    next.socket.accept();
    next.socket.says({
      ...HELLO,
      open: true,
      history: [2, 3].map((seq) => ({ seq, from: "agent", text: "reply", at: AT })),
    });
    expect(unread(next.visit.chat)).toBe(1);
  });
});

describe("several pages of one site", () => {
  function two(): [Page, Page] {
    const shelf = new MapShelf();
    const pages: [Page, Page] = [new Page(shelf, "a"), new Page(shelf, "b")];
    pages[0].greet({ open: true });
    pages[1].greet({ open: true });
    shelf.events.length = 0;
    return pages;
  }

  test("show the same, and one of them sends", () => {
    const [a, b] = two();
    a.visit.write("one");
    share(a, b);
    expect(b.shown).toEqual(["one: pending"]);
    a.socket.says(ack("a1", 1));
    share(a, b);
    expect([a.shown, b.shown]).toEqual([["one: sent"], ["one: sent"]]);
    vi.advanceTimersByTime(10_000);
    expect(b.sentTexts()).toEqual([]);
  });

  test("when the page that wrote is gone, another one sends after five seconds", () => {
    const [a, b] = two();
    a.visit.write("one");
    share(a, b);
    a.socket.breaks();
    vi.advanceTimersByTime(4_999);
    expect(b.sentTexts()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(b.sentTexts()).toEqual(["one"]);
  });

  test("what is read on one is read on all", () => {
    const [a, b] = two();
    a.socket.says(reply(2));
    b.socket.says(reply(2));
    a.visit.look();
    share(a, b);
    expect(unread(b.visit.chat)).toBe(0);
  });

  test("two that begin at once end in one session", () => {
    const shelf = new MapShelf();
    const a = new Page(shelf, "a");
    const b = new Page(shelf, "b");
    for (const page of [a, b]) {
      page.visit.begin();
      page.socket.accept();
    }
    a.socket.says({ ...HELLO, session: "first" });
    b.socket.says({ ...HELLO, session: "second" });
    vi.advanceTimersByTime(0);
    b.socket.accept();
    expect(b.socket.last).toMatchObject({ t: "hello", session: "first", last_seq: null });
    expect(shelf.getItem("touchline:demo:session")).toBe("first");
  });

  test("a page whose session was overwritten moves to the one that stayed", () => {
    const [a, b] = two();
    b.memory.session = "stayed";
    share(b, a);
    vi.advanceTimersByTime(0);
    a.socket.accept();
    expect(a.socket.last).toMatchObject({ t: "hello", session: "stayed" });
  });

  test("a page nobody has opened joins when a conversation begins elsewhere", () => {
    const shelf = new MapShelf();
    const [a, b] = [new Page(shelf, "a"), new Page(shelf, "b")];
    a.greet();
    share(a, b);
    expect(b.sockets).toHaveLength(0);
    a.visit.write("hello");
    a.socket.says(ack("a1", 1));
    share(a, b);
    expect(b.sockets).toHaveLength(1);
  });
});
