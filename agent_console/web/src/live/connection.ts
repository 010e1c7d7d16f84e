/** The socket to the hub: says hello, keeps the numbers, comes back by itself, and never hides a gap. */

import type { Command, Frame } from '@/generated/frames';
import { judged, type Position } from '@/live/numbering';
import { pauseBefore, PING_EVERY_MS, STALE_AFTER_MS } from '@/live/pace';

/** The part of a WebSocket that is used. */
export interface Wire {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** What the connection needs of the world; a test gives it a clock of its own. */
export interface World {
  readonly open: () => Wire;
  readonly now: () => number;
  readonly chance: () => number;
  /** Calls once after `ms`; returns what takes it back. */
  readonly later: (ms: number, call: () => void) => () => void;
}

export interface Listener {
  /** A frame that belongs on the screen, in order, each once. */
  readonly applied: (frame: Frame) => void;
  /** Any sign of life. */
  readonly heard: (frame: Frame) => void;
  /** Whether everything was heard so far has changed. */
  readonly current: (isCurrent: boolean) => void;
  /** Whether there is no line to the hub: it closed, and another is tried. */
  readonly lost: (isLost: boolean) => void;
  /** The sign-in ended. */
  readonly signedOut: () => void;
  /** The socket was refused before it opened: perhaps nobody is signed in any more. */
  readonly refused: () => void;
}

const SIGNED_OUT = 4001;
const TOO_SLOW = 4008;
const RESTARTING = 1012;

export class Connection {
  #world: World;
  #listener: Listener;
  #wire: Wire | null = null;
  #position: Position | null = null;
  #isOpen = false;
  #isEnded = false;
  #attempt = 0;
  #pingedAt = 0;
  #heardAt = 0;
  #stopBeat: () => void = () => undefined;
  #stopWaiting: (() => void) | null = null;

  constructor(world: World, listener: Listener) {
    this.#world = world;
    this.#listener = listener;
  }

  /** Connect, and stay connected until `end`. */
  begin(): void {
    this.#heardAt = this.#world.now();
    this.#beatLater();
    this.#connect();
  }

  /** Close for good. */
  end(): void {
    this.#isEnded = true;
    this.#stopBeat();
    this.#stopWaiting?.();
    this.#drop();
  }

  /** Connect now instead of at the end of the pause: the network is back, or somebody looks. */
  hurry(): void {
    if (this.#stopWaiting !== null) {
      this.#stopWaiting();
      this.#connect();
    }
  }

  /** Send if the socket is open; otherwise it is not worth telling later. */
  tell(command: Command): void {
    if (this.#wire !== null && this.#isOpen) this.#wire.send(JSON.stringify(command));
  }

  #connect(): void {
    this.#stopWaiting = null;
    const wire = this.#world.open();
    this.#wire = wire;
    this.#isOpen = false;
    this.#heardAt = this.#world.now();
    wire.onopen = () => {
      this.#isOpen = true;
      this.#listener.lost(false);
      this.#pingedAt = this.#world.now();
      this.tell({ kind: 'hello', last_seq: this.#position?.seq ?? null, stream: this.#position?.stream ?? '' });
    };
    wire.onmessage = (event) => this.#received(JSON.parse(String(event.data)) as Frame);
    wire.onclose = (event) => this.#closed(event.code);
  }

  #received(frame: Frame): void {
    this.#heardAt = this.#world.now();
    this.#listener.heard(frame);
    // a hidden window's timers may sleep for a minute, its messages do not: they keep the presence lease alive
    this.#pingIfDue();
    if (frame.kind === 'signed_out') {
      this.#listener.signedOut();
      return;
    }
    const verdict = judged(this.#position, frame);
    switch (verdict.kind) {
      case 'apply':
        this.#position = verdict.position;
        this.#listener.applied(frame);
        if (frame.kind === 'snapshot' || frame.kind === 'resync') this.#isCurrent();
        break;
      case 'current':
        this.#isCurrent();
        break;
      case 'gap':
        this.#again(this.#attempt > 0 ? pauseBefore(this.#attempt, this.#world.chance()) : 0);
        break;
      case 'repeated':
        break;
    }
  }

  #isCurrent(): void {
    this.#attempt = 0;
    this.#listener.current(true);
  }

  #closed(code: number): void {
    const wasOpen = this.#isOpen;
    if (code === SIGNED_OUT) {
      this.#listener.signedOut();
      return;
    }
    if (!wasOpen) this.#listener.refused();
    const isAsked = code === TOO_SLOW || code === RESTARTING;
    this.#again(pauseBefore(isAsked ? 0 : this.#attempt, this.#world.chance()));
  }

  #again(pauseMs: number): void {
    this.#drop();
    if (this.#isEnded) return;
    this.#listener.current(false);
    this.#listener.lost(true);
    this.#attempt += 1;
    this.#stopWaiting?.();
    this.#stopWaiting = this.#world.later(pauseMs, () => this.#connect());
  }

  #drop(): void {
    const wire = this.#wire;
    this.#wire = null;
    this.#isOpen = false;
    if (wire === null) return;
    wire.onopen = wire.onmessage = wire.onclose = null;
    wire.close();
  }

  #beatLater(): void {
    this.#stopBeat = this.#world.later(1_000, () => {
      this.#pingIfDue();
      // a socket that says nothing may be dead without knowing it
      if (this.#wire !== null && this.#world.now() - this.#heardAt >= STALE_AFTER_MS) {
        this.#again(pauseBefore(this.#attempt, this.#world.chance()));
      }
      if (!this.#isEnded) this.#beatLater();
    });
  }

  #pingIfDue(): void {
    if (this.#isOpen && this.#world.now() - this.#pingedAt >= PING_EVERY_MS) {
      this.#pingedAt = this.#world.now();
      this.tell({ kind: 'ping' });
    }
  }
}
