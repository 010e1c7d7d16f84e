/** Keeps a socket to the hub: connects, notices silence, and comes back after a delay that grows. */

import { retryDelayMs } from "./backoff";
import { type HubFrame, readFrame, type VisitorFrame } from "./frames";

const PING_MS = 20_000;
const ANSWER_MS = 12_000;

/** The part of the browser's `WebSocket` that is used. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

/** Whom the link tells. `lost` is also said of an attempt that failed. */
export interface Listener {
  connecting(): void;
  opened(): void;
  heard(frame: HubFrame): void;
  lost(): void;
}

export class Link {
  readonly #open: () => Socket;
  readonly #listener: Listener;
  readonly #random: () => number;
  #socket: Socket | null = null;
  #isOpen = false;
  #wanted = false;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #answer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: () => Socket, listener: Listener, random: () => number) {
    this.#open = open;
    this.#listener = listener;
    this.#random = random;
  }

  /** Be connected from now on. */
  start(): void {
    this.#wanted = true;
    this.hurry();
  }

  /** Be disconnected from now on. */
  stop(): void {
    this.#wanted = false;
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** The network is back, or somebody is looking: do not wait out the delay. */
  hurry(): void {
    if (this.#wanted && !this.#socket) {
      clearTimeout(this.#retry);
      this.#connect();
    }
  }

  /** The hub has greeted: the next loss begins with a short delay again. */
  settled(): void {
    this.#attempt = 0;
  }

  /** Give up this connection; come back after `delayMs`, or after the usual delay. */
  renew(delayMs?: number): void {
    this.#drop();
    if (this.#wanted) {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.hurry(), delayMs ?? retryDelayMs(this.#attempt++, this.#random()));
    }
  }

  /** Send `frame`, or return false when there is no connection. A frame that must be answered is watched. */
  send(frame: VisitorFrame): boolean {
    if (!this.#socket || !this.#isOpen) {
      return false;
    }
    this.#socket.send(JSON.stringify(frame));
    if (frame.t === "hello" || frame.t === "message" || frame.t === "ping") {
      this.#expectAnswer();
    }
    return true;
  }

  #connect(): void {
    this.#listener.connecting();
    let socket: Socket;
    try {
      socket = this.#open();
    } catch {
      // the page's policy forbids the address; said in the console by the browser
      this.#failed();
      return;
    }
    this.#socket = socket;
    this.#expectAnswer();
    socket.onopen = () => {
      this.#isOpen = true;
      this.#ping = setInterval(() => this.send({ t: "ping" }), PING_MS);
      this.#listener.opened();
    };
    socket.onmessage = ({ data }) => {
      clearTimeout(this.#answer);
      this.#answer = undefined;
      const frame = readFrame(data);
      if (frame) {
        this.#listener.heard(frame);
      }
    };
    socket.onclose = () => this.#failed();
  }

  #failed(): void {
    this.renew();
    this.#listener.lost();
  }

  /** A connection that answers nothing for so long is none, though the network has not said so. */
  #expectAnswer(): void {
    this.#answer ??= setTimeout(() => this.#failed(), ANSWER_MS);
  }

  #drop(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#answer);
    this.#answer = undefined;
    this.#isOpen = false;
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }
}
