/** Keeps a socket to the hub: connects, notices silence, and comes back after a delay that grows. */

import { retryDelayMs } from "./backoff";
import { type HubFrame, readFrame, type VisitorFrame } from "./frames";

const PING_MS = 20_000;
const ANSWER_MS = 10_000;
const STEADY_MS = 5_000;

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
  #openedAt = 0;
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

  /** The network is back, or somebody is looking: do not wait out the delay, and see whether the connection lives. */
  hurry(): void {
    if (this.#socket) {
      this.send({ t: "ping" });
    } else if (this.#wanted) {
      clearTimeout(this.#retry);
      this.#connect();
    }
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
      this.#openedAt = Date.now();
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
    socket.onclose = ({ code }) => {
      // 4004: there is no chat here any more, until somebody wants one again
      this.#wanted &&= code !== 4004;
      this.#failed();
    };
  }

  /** A connection that held for a while was a good one: the delays begin anew. */
  #failed(): void {
    if (this.#isOpen && Date.now() - this.#openedAt >= STEADY_MS) {
      this.#attempt = 0;
    }
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
