/** Stand-ins of the tests for what a browser gives: storage, and a socket. */

import type { HubFrame, VisitorFrame } from "./frames";
import type { Socket } from "./link";
import type { Shelf } from "./memory";

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
  breaks(): void {
    this.onclose?.({} as CloseEvent);
  }
}
