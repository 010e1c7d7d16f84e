import { expect, test } from "vitest";
import { MapShelf } from "./fakes";
import { Memory } from "./memory";

class FullShelf extends MapShelf {
  override setItem(): void {
    throw new DOMException("no room", "QuotaExceededError");
  }
}

const ENTRY = { id: "m1", text: "hello", at: 5 };

test("session, open conversation and what was seen outlive the page", () => {
  const shelf = new MapShelf();
  const page = new Memory("demo", shelf);
  page.session = "token";
  page.open = true;
  page.seen = 7;
  expect(new Memory("demo", shelf)).toMatchObject({ session: "token", open: true, seen: 7 });
});

test("two sites on one page share nothing", () => {
  const shelf = new MapShelf();
  new Memory("demo", shelf).session = "token";
  new Memory("demo", shelf).keep(ENTRY);
  const other = new Memory("dem", shelf);
  expect(other.session).toBeNull();
  expect(other.entries()).toEqual([]);
  expect(other.readChange("touchline:demo:session", "x")).toBeNull();
});

test("unsent messages come back oldest first, and are gone once settled", () => {
  const shelf = new MapShelf();
  const memory = new Memory("demo", shelf);
  memory.keep({ ...ENTRY, id: "late", at: 9 });
  memory.keep(ENTRY);
  expect(new Memory("demo", shelf).entries().map(({ id }) => id)).toEqual(["m1", "late"]);
  memory.settle(ENTRY, { seq: 3, at: 6 });
  expect(new Memory("demo", shelf).entries().map(({ id }) => id)).toEqual(["late"]);
});

test("the other pages hear what was written, and how it ended", () => {
  const shelf = new MapShelf();
  const memory = new Memory("demo", shelf);
  memory.keep(ENTRY);
  memory.settle(ENTRY, { seq: 3, at: 6 });
  memory.settle(ENTRY, { refused: "too_long" });
  expect(shelf.events.map(([key, value]) => memory.readChange(key, value))).toEqual([
    { kind: "written", entry: ENTRY },
    { kind: "settled", entry: { ...ENTRY, at: 6 }, outcome: { seq: 3, at: 6 } },
    null,
    { kind: "settled", entry: ENTRY, outcome: { refused: "too_long" } },
    null,
  ]);
});

test("of two sessions written at once every page takes the one that stayed", () => {
  const memory = new Memory("demo", new MapShelf());
  memory.session = "mine";
  expect(memory.readChange("touchline:demo:session", "theirs, since overwritten")).toEqual({
    kind: "session",
    session: "mine",
  });
});

test("garbage in the storage is no message", () => {
  const shelf = new MapShelf();
  for (const [index, value] of ["", "{", "7", "null", '{"id":1,"text":"a","at":1}', '{"id":"a"}'].entries()) {
    shelf.setItem(`touchline:demo:out:${index}`, value);
  }
  expect(new Memory("demo", shelf).entries()).toEqual([]);
});

test("a browser without storage, or without room, only forgets", () => {
  for (const shelf of [null, new FullShelf()]) {
    const memory = new Memory("demo", shelf);
    memory.session = "token";
    memory.keep(ENTRY);
    expect([memory.session, memory.open, memory.seen, memory.entries()]).toEqual([null, false, 0, []]);
  }
});
