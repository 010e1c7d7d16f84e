/** What outlives the page, shared by all pages of one site: session, unsent messages, what was seen. */

import type { Refusal } from "./chat";
import type { Entry } from "./outbox";

/** The part of the browser's `Storage` that is used. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** How the hub answered an entry. */
export type Outcome = { readonly seq: number; readonly at: number } | { readonly refused: Refusal };

/** What another page of the site has changed. */
export type Change =
  | { kind: "session"; session: string | null }
  | { kind: "open"; open: boolean }
  | { kind: "seen"; seq: number }
  | { kind: "written"; entry: Entry }
  | { kind: "settled"; entry: Entry; outcome: Outcome };

/**
 * Each unsent message has a key of its own, so that two pages never overwrite each other's. A browser that refuses
 * storage, or has no room left, costs only what would have outlived the page. What is of one user of the site is kept
 * apart; nobody's conversation is the one that goes along when its visitor signs in.
 */
export class Memory {
  readonly #shelf: Shelf | null;
  readonly #prefix: string;
  readonly #nobodys: string;

  constructor(site: string, shelf: Shelf | null, user = "") {
    this.#shelf = shelf;
    this.#prefix = `touchline:${site}${user}:`;
    this.#nobodys = `touchline:${site}:`;
  }

  /** The token of the session, or null when there is none. */
  get session(): string | null {
    return this.#first("session");
  }

  set session(token: string | null) {
    this.#write("session", token);
  }

  /** A conversation was open when the last page heard of it. */
  get open(): boolean {
    return this.#first("open") === "1";
  }

  set open(open: boolean) {
    this.#write("open", open ? "1" : this.#read("open") && "0");
  }

  /** There has been a conversation: somebody of the house may write first. */
  get talked(): boolean {
    return this.#first("open") !== null;
  }

  /** The newest message that was on a screen. */
  get seen(): number {
    return Number(this.#read("seen")) || 0;
  }

  set seen(seq: number) {
    this.#write("seen", String(seq));
  }

  /** The unsent messages, oldest first. */
  entries(): Entry[] {
    const found: Entry[] = [];
    for (const key of this.#keys()) {
      const kept = key.startsWith("out:") ? parseEntry(this.#read(key)) : null;
      if (kept && !kept.outcome) {
        found.push(kept.entry);
      }
    }
    return found.sort((a, b) => a.at - b.at);
  }

  keep(entry: Entry): void {
    this.#write(`out:${entry.id}`, JSON.stringify(entry));
  }

  /** Forget `entry`; the outcome stays for an instant, which is enough for the other pages to read it. */
  settle(entry: Entry, outcome: Outcome): void {
    this.#write(`out:${entry.id}`, JSON.stringify({ ...entry, ...outcome }));
    this.#write(`out:${entry.id}`, null);
  }

  /** What a storage event of another page means; null: it is not ours, or nothing to act on. */
  readChange(key: string | null, value: string | null): Change | null {
    if (!key?.startsWith(this.#prefix)) {
      return null;
    }
    const name = key.slice(this.#prefix.length);
    if (name === "session") {
      return { kind: "session", session: this.session };
    }
    if (name === "open") {
      return { kind: "open", open: value === "1" };
    }
    if (name === "seen") {
      return { kind: "seen", seq: Number(value) || 0 };
    }
    const kept = name.startsWith("out:") ? parseEntry(value) : null;
    if (!kept) {
      return null;
    }
    return kept.outcome
      ? { kind: "settled", entry: kept.entry, outcome: kept.outcome }
      : { kind: "written", entry: kept.entry };
  }

  #keys(): string[] {
    const keys: string[] = [];
    for (let i = 0; i < (this.#shelf?.length ?? 0); i++) {
      const key = this.#shelf?.key(i);
      if (key?.startsWith(this.#prefix)) {
        keys.push(key.slice(this.#prefix.length));
      }
    }
    return keys;
  }

  #read(name: string): string | null {
    return this.#shelf?.getItem(this.#prefix + name) ?? null;
  }

  #first(name: string): string | null {
    return this.#read(name) ?? this.#shelf?.getItem(this.#nobodys + name) ?? null;
  }

  #write(name: string, value: string | null): void {
    try {
      if (value === null) {
        this.#shelf?.removeItem(this.#prefix + name);
      } else if (value !== this.#read(name)) {
        this.#shelf?.setItem(this.#prefix + name, value);
      }
    } catch {
      // no room: the page goes on with what it holds itself
    }
  }
}

/** The browser's storage, or null where it is forbidden (a sandboxed frame, cookies refused). */
export function browserShelf(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function parseEntry(value: string | null): { entry: Entry; outcome: Outcome | null } | null {
  try {
    const kept = JSON.parse(value ?? "null") as (Entry & { seq?: number; refused?: Refusal }) | null;
    if (!kept || typeof kept.id !== "string" || typeof kept.text !== "string" || typeof kept.at !== "number") {
      return null;
    }
    const { id, text, at, files, seq, refused } = kept;
    const outcome = seq !== undefined ? { seq, at } : refused !== undefined ? { refused } : null;
    return { entry: { id, text, at, files }, outcome };
  } catch {
    return null;
  }
}
