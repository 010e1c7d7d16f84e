import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeSocket } from "./fakes";
import { Link } from "./link";

const NO_CHANCE = (): number => 0;

function connected(): { link: Link; sockets: FakeSocket[]; log: string[] } {
  const sockets: FakeSocket[] = [];
  const log: string[] = [];
  const link = new Link(
    () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    {
      connecting: () => log.push("connecting"),
      opened: () => log.push("opened"),
      heard: ({ t }) => log.push(t),
      lost: () => log.push("lost"),
    },
    NO_CHANCE,
  );
  return { link, sockets, log };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("nothing is connected before it is wanted", () => {
  const { link, sockets } = connected();
  link.hurry();
  expect(sockets).toHaveLength(0);
  link.start();
  link.start();
  expect(sockets).toHaveLength(1);
});

describe("after a loss", () => {
  test("where there is no chat any more nobody knocks again, until one is wanted", () => {
    const { link, sockets, log } = connected();
    link.start();
    sockets[0]?.accept();
    sockets[0]?.breaks(4004);
    expect(log.at(-1)).toBe("lost");
    vi.advanceTimersByTime(3_600_000);
    link.hurry();
    expect(sockets).toHaveLength(1);
    link.start();
    expect(sockets).toHaveLength(2);
  });

  test("each attempt waits twice as long as the one before, until a connection has held for five seconds", () => {
    const { link, sockets } = connected();
    link.start();
    const waits = [500, 1000, 2000];
    for (const [index, wait] of waits.entries()) {
      sockets[index]?.breaks();
      vi.advanceTimersByTime(wait - 1);
      expect(sockets).toHaveLength(index + 1);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(index + 2);
    }
    sockets[3]?.accept();
    vi.advanceTimersByTime(4_999);
    sockets[3]?.breaks();
    vi.advanceTimersByTime(3_999);
    expect(sockets).toHaveLength(4);
    vi.advanceTimersByTime(1);
    sockets[4]?.accept();
    vi.advanceTimersByTime(5_000);
    sockets[4]?.breaks();
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(6);
  });

  test("there is no waiting once the network is back", () => {
    const { link, sockets } = connected();
    link.start();
    sockets[0]?.breaks();
    link.hurry();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(9_999);
    expect(sockets).toHaveLength(2);
  });

  test("a connection that may have died unnoticed is asked at once", () => {
    const { link, sockets, log } = connected();
    link.start();
    sockets[0]?.accept();
    sockets[0]?.says({ t: "pong" });
    link.hurry();
    expect(sockets[0]?.last).toEqual({ t: "ping" });
    vi.advanceTimersByTime(10_000);
    expect(log.at(-1)).toBe("lost");
  });

  test("nothing comes back that is no longer wanted", () => {
    const { link, sockets } = connected();
    link.start();
    sockets[0]?.breaks();
    link.stop();
    vi.advanceTimersByTime(60_000);
    link.hurry();
    expect(sockets).toHaveLength(1);
  });
});

describe("silence", () => {
  test("ten seconds without an answer is a loss", () => {
    const { link, sockets, log } = connected();
    link.start();
    sockets[0]?.accept();
    link.send({ t: "hello", session: null, lang: "en", last_seq: null, page: "", referrer: "" });
    vi.advanceTimersByTime(9_999);
    expect(log).toEqual(["connecting", "opened"]);
    vi.advanceTimersByTime(1);
    expect(log).toEqual(["connecting", "opened", "lost"]);
    expect(sockets[0]?.closed).toBe(true);
  });

  test("a handshake that never ends is a loss too", () => {
    const { link, log } = connected();
    link.start();
    vi.advanceTimersByTime(10_000);
    expect(log).toEqual(["connecting", "lost"]);
  });

  test("a ping goes out every twenty seconds, and its pong keeps the connection", () => {
    const { link, sockets, log } = connected();
    link.start();
    sockets[0]?.accept();
    sockets[0]?.says({ t: "pong" });
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(20_000);
      sockets[0]?.says({ t: "pong" });
    }
    expect(sockets[0]?.sent).toEqual(Array.from({ length: 5 }, () => ({ t: "ping" })));
    expect(log).not.toContain("lost");
    vi.advanceTimersByTime(30_000);
    expect(log.at(-1)).toBe("lost");
  });
});

test("a socket that was given up is not listened to", () => {
  const { link, sockets, log } = connected();
  link.start();
  sockets[0]?.accept();
  link.renew(50);
  expect(sockets[0]?.onmessage).toBeNull();
  expect(link.send({ t: "ping" })).toBe(false);
  vi.advanceTimersByTime(50);
  expect(sockets).toHaveLength(2);
  expect(log).toEqual(["connecting", "opened", "connecting"]);
});

test("an address the page forbids is tried again like any other", () => {
  let attempts = 0;
  const link = new Link(
    () => {
      attempts++;
      throw new DOMException("forbidden", "SecurityError");
    },
    { connecting: () => undefined, opened: () => undefined, heard: () => undefined, lost: () => undefined },
    NO_CHANCE,
  );
  link.start();
  vi.advanceTimersByTime(500);
  expect(attempts).toBe(2);
});
