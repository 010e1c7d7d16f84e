/** Stand-ins of the tests for what a browser gives: storage, a socket, and a page with both. */

import type { HelloFrame, HubFrame, VisitorFrame } from "./frames";
import type { Socket } from "./link";
import { Memory, type Shelf } from "./memory";
import { Visit } from "./visit";

/** Storage as a browser has it: every write of a page is an event for the others, with the value it had then. */
export class MapShelf implements Shelf {
  readonly events: [string, string | null][] = [];
  readonly #map = new Map<string, string>();

  get length(): number {
    return this.#map.size;
  }
  key(index: number): string | null {
    return [...this.#map.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#map.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#map.set(key, value);
    this.events.push([key, value]);
  }
  removeItem(key: string): void {
    this.#map.delete(key);
    this.events.push([key, null]);
  }
}

/** A socket whose other end is the test. */
export class FakeSocket implements Socket {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: VisitorFrame[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as VisitorFrame);
  }
  close(): void {
    this.closed = true;
  }

  /** The newest frame this side has sent. */
  get last(): VisitorFrame | undefined {
    return this.sent.at(-1);
  }
  accept(): void {
    this.onopen?.({} as Event);
  }
  says(frame: HubFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent);
  }
  breaks(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

/** When every test begins. */
export const NOON = Date.parse("2026-03-01T12:00:00Z");
export const AT = new Date(NOON).toISOString();
export const HELLO: HelloFrame = { t: "hello", session: "s1", resumed: false, title: "Support" };

export function reply(seq: number): HubFrame {
  return { t: "message", seq, text: `reply ${seq}`, at: AT, name: "Anna" };
}

export function ack(client_msg_id: string, seq: number): HubFrame {
  return { t: "ack", client_msg_id, seq, at: AT };
}

/** A page of the site, its sockets, and what it wrote to the shelf. */
export class Page {
  readonly sockets: FakeSocket[] = [];
  readonly memory: Memory;
  readonly visit: Visit;
  /** How often something was to be drawn. */
  changes = 0;
  #ids = 0;

  constructor(
    readonly shelf: MapShelf,
    name = "m",
    identity?: () => Promise<string>,
  ) {
    this.memory = new Memory("demo", shelf);
    this.visit = new Visit(
      {
        lang: "tr",
        memory: this.memory,
        open: () => {
          this.sockets.push(new FakeSocket());
          return this.socket;
        },
        address: () => ({ page: "https://shop.test/kettles", referrer: "" }),
        random: () => 0,
        newId: () => `${name}${++this.#ids}`,
        ...(identity && { identity }),
      },
      () => this.changes++,
    );
    this.visit.resume();
  }

  get socket(): FakeSocket {
    const newest = this.sockets.at(-1);
    if (!newest) {
      throw new Error("this page has opened no socket");
    }
    return newest;
  }

  /** Connect and be greeted. */
  greet(frame: Partial<HelloFrame> = {}): this {
    this.visit.begin();
    this.socket.accept();
    this.socket.says({ ...HELLO, ...frame });
    return this;
  }

  /** The hub goes away and comes back. */
  reconnect(frame: Partial<HelloFrame> = {}): void {
    this.socket.breaks();
    this.visit.hurry();
    this.socket.accept();
    this.socket.says({ ...HELLO, ...frame });
  }

  /** What is shown, as text and state. */
  get shown(): string[] {
    return this.visit.chat.lines.map((line) => ("text" in line ? `${line.text}: ${line.state}` : line.kind));
  }

  sentTexts(): string[] {
    return this.sockets.flatMap(({ sent }) => sent.flatMap((frame) => (frame.t === "message" ? [frame.text] : [])));
  }
}
