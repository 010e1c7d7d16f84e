import { afterEach, describe, expect, test, vi } from "vitest";
import { HELLO, MapShelf, Page } from "./fakes";
import { forgetOthers, userOf } from "./identity";
import { Memory } from "./memory";

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenOf = (sub: unknown, exp = 1): string => `${part({ alg: "HS256" })}.${part({ sub, exp })}.c2lnbmF0dXJl`;
const flush = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns++) {
    await Promise.resolve();
  }
};

afterEach(() => void vi.unstubAllGlobals());

describe("whose a token is", () => {
  test("tokens of one user are of one, whatever else they say", () => {
    expect(userOf(tokenOf("4711"))).toBe("@4711");
    expect(userOf(tokenOf("4711", 2))).toBe(userOf(tokenOf("4711", 1)));
    expect(userOf(tokenOf(4711))).toBe("@4711");
    expect(userOf(tokenOf("4712"))).not.toBe(userOf(tokenOf("4711")));
    expect(userOf(tokenOf("Ada Ö?>~"))).not.toBe(userOf(tokenOf("Ada Ö?>")));
  });

  test("no token is nobody's, and what cannot be read is never nobody's", () => {
    expect(userOf("")).toBe("");
    for (const text of ["x", "a.b.c", "..", "a.%.c", `${part({})}.${Buffer.from("[").toString("base64url")}.x`]) {
      expect(userOf(text), text).toMatch(/^@/);
    }
  });
});

describe("what a browser keeps of a user", () => {
  test("users share nothing, and go on in nobody's conversation when they sign in", () => {
    const shelf = new MapShelf();
    const nobody = new Memory("demo", shelf);
    nobody.session = "n1";
    nobody.open = true;
    nobody.keep({ id: "m1", text: "secret", at: 1 });
    const ada = new Memory("demo", shelf, "@ada");
    expect(ada).toMatchObject({ session: "n1", open: true, talked: true });
    expect(ada.entries()).toEqual([]);
    ada.session = "a1";
    ada.keep({ id: "m2", text: "of Ada", at: 2 });
    expect(new Memory("demo", shelf, "@bob")).toMatchObject({ session: "n1" });
    expect(nobody).toMatchObject({ session: "n1" });
    expect(nobody.entries().map(({ id }) => id)).toEqual(["m1"]);
    expect(nobody.readChange("touchline:demo@ada:session", "a1")).toBeNull();
    expect(ada.readChange("touchline:demo:session", "n2")).toBeNull();
  });

  test("whoever comes next finds nothing of the others", () => {
    const shelves = { localStorage: {}, sessionStorage: {} } as Record<string, Record<string, unknown>>;
    for (const shelf of Object.values(shelves)) {
      Object.defineProperty(shelf, "removeItem", { value: (key: string) => delete shelf[key] });
      Object.assign(shelf, {
        "touchline:demo@ada:session": 1,
        "touchline:demo@ad:session": 1,
        "touchline:demo:session": 1,
        "touchline:other@ada:session": 1,
        theirs: 1,
      });
    }
    vi.stubGlobal("window", shelves);
    forgetOthers("demo", "@ad");
    const left = ["touchline:demo@ad:session", "touchline:demo:session", "touchline:other@ada:session", "theirs"];
    expect(Object.keys(shelves["localStorage"]!)).toEqual(left);
    expect(Object.keys(shelves["sessionStorage"]!)).toEqual(left);
    forgetOthers("demo", "");
    expect(Object.keys(shelves["localStorage"]!)).toEqual(left.slice(1));
  });

  test("where storage is forbidden there is nothing to forget", () => {
    vi.stubGlobal("window", {
      get localStorage(): never {
        throw new DOMException("no", "SecurityError");
      },
      get sessionStorage(): never {
        throw new DOMException("no", "SecurityError");
      },
    });
    expect(() => forgetOthers("demo", "")).not.toThrow();
  });
});

describe("saying who one is", () => {
  test("the word is asked for before each hello, and said in it", async () => {
    const words = ["first", "second"];
    const page = new Page(new MapShelf(), "m", () => Promise.resolve(words.shift() ?? ""));
    page.visit.begin();
    page.socket.accept();
    expect(page.socket.sent).toEqual([]);
    await flush();
    expect(page.socket.sent[0]).toMatchObject({ t: "hello", identity: "first" });
    page.socket.says({ ...HELLO, user: "4711" });
    page.socket.breaks();
    page.visit.hurry();
    page.socket.accept();
    await flush();
    expect(page.socket.sent[0]).toMatchObject({ session: "s1", identity: "second" });
  });

  test("why a word was refused is for the site's developers; the chat goes on", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const page = new Page(new MapShelf(), "m", () => Promise.resolve("forged"));
    page.visit.begin();
    page.socket.accept();
    await flush();
    page.socket.says({ t: "error", code: "identity_forged", text: "not signed by this site" });
    page.socket.says(HELLO);
    page.visit.write("hello");
    expect(error).toHaveBeenCalledWith("Touchline: not signed by this site (identity_forged)");
    expect(page.sentTexts()).toEqual(["hello"]);
    error.mockRestore();
  });

  test("a new word is said at once where the hub does not know who it is, and only there", async () => {
    vi.useFakeTimers();
    const page = new Page(new MapShelf(), "m", () => Promise.resolve("word"));
    page.visit.begin();
    page.socket.accept();
    await flush();
    page.socket.says(HELLO);
    page.visit.prove();
    vi.advanceTimersByTime(0);
    expect(page.sockets).toHaveLength(2);
    page.socket.accept();
    await flush();
    page.socket.says({ ...HELLO, user: "4711" });
    page.visit.prove();
    vi.advanceTimersByTime(0);
    expect(page.sockets).toHaveLength(2);
    vi.useRealTimers();
  });

  test("nobody has nothing to prove", () => {
    const page = new Page(new MapShelf()).greet();
    page.visit.prove();
    expect(page.sockets).toHaveLength(1);
  });
});
