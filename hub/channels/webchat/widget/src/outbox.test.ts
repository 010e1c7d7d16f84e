import { expect, test } from "vitest";
import { delayed, disconnected, EMPTY, next, type Outbox, sent, settled, written, writtenElsewhere } from "./outbox";

const NOW = 1_000_000;
const entry = (id: string) => ({ id, text: `text of ${id}`, at: NOW });
const holding = (...ids: string[]): Outbox => ids.map(entry).reduce(written, EMPTY);

test("messages go out in the order they were written, each after the hub has the one before", () => {
  let outbox = holding("a", "b");
  expect(next(outbox, NOW)).toEqual({ send: entry("a") });
  outbox = sent(outbox, "a");
  expect(next(outbox, NOW)).toBeNull();
  outbox = settled(outbox, "a");
  expect(next(outbox, NOW)).toEqual({ send: entry("b") });
});

test("a message stays until it is settled, whatever happens to the connection", () => {
  const outbox = disconnected(sent(holding("a"), "a"));
  expect(next(outbox, NOW)).toEqual({ send: entry("a") });
});

test("after a nack the same message waits exactly as long as the hub asked", () => {
  const outbox = delayed(sent(holding("a", "b"), "a"), 700, NOW);
  expect(next(outbox, NOW + 699)).toEqual({ at: NOW + 700 });
  expect(next(outbox, NOW + 700)).toEqual({ send: entry("a") });
});

test("settling one message leaves another one in flight", () => {
  const outbox = settled(sent(holding("a", "b"), "a"), "b");
  expect(outbox.inFlight).toBe("a");
  expect(outbox.entries).toEqual([entry("a")]);
});

test("the same entry twice is one", () => {
  expect(written(holding("a"), entry("a")).entries).toHaveLength(1);
});

test("what another page is sending is left to it for five seconds", () => {
  const outbox = writtenElsewhere(EMPTY, entry("a"), NOW);
  expect(next(outbox, NOW + 4_999)).toEqual({ at: NOW + 5_000 });
  expect(next(outbox, NOW + 5_000)).toEqual({ send: entry("a") });
  expect(next(settled(outbox, "a"), NOW)).toBeNull();
});

test("an empty outbox asks for nothing", () => {
  expect(next(EMPTY, NOW)).toBeNull();
});
