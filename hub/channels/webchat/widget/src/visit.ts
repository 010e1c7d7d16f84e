/** One page's part in the visitor's conversation: what it writes, hears, keeps, and tells the other pages. */

import { type Chat, greeted, heard, isPending, NOTHING_YET, refused, said, seen, stored } from "./chat";
import type { AckFrame, ErrorFrame, FileView, HelloFrame, HubFrame, VisitorFrame, VisitorHello } from "./frames";
import { Link, type Listener, type Socket } from "./link";
import type { Change, Memory, Outcome } from "./memory";
import * as outbox from "./outbox";

const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_MS = 5_000;
const AGENT_TYPING_ENDS_MS = 10_000;
const ACK_MS = 15_000;
const TOO_FAST_MS = 1_000;
const SHORT_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** What a visit needs of the page. `address` tells where the visitor is and came from. */
export interface World {
  readonly lang: string;
  readonly memory: Memory;
  open(): Socket;
  address(): Pick<VisitorHello, "page" | "title" | "referrer">;
  random(): number;
  newId(): string;
  /** The site's word on who the visitor is; "" when there is none, and it is not asked for without. */
  identity?(): Promise<string>;
}

/** A hello, with what later frames changed of it; `undefined` is what there is no more. */
export type Told = { [Field in keyof HelloFrame]?: HelloFrame[Field] | undefined };

export class Visit implements Listener {
  chat: Chat;
  /** What the hub has told of the site, its hours, what may be rated, and promised calls: the newest of each. */
  told: Told = {};
  /** Whoever wants to hear every frame too. */
  also: (frame: HubFrame) => void = () => undefined;
  readonly #world: World;
  readonly #changed: () => void;
  readonly #link: Link;
  #outbox = outbox.EMPTY;
  #token: string | null;
  #ready = false;
  #asked: string | null = null;
  #toldSeen = 0;
  #wroteAt = 0;
  #typingAt = 0;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #agentTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(world: World, changed: () => void) {
    this.#world = world;
    this.#changed = changed;
    this.#token = world.memory.session;
    this.chat = { ...NOTHING_YET, session: this.#token, seen: world.memory.seen };
    this.#link = new Link(() => world.open(), this, () => world.random());
  }

  /** An earlier page may have left messages unsent, or a conversation in which somebody may write: only then connect. */
  resume(): void {
    for (const entry of this.#world.memory.entries()) {
      this.#outbox = outbox.written(this.#outbox, entry);
      this.#show(said(this.chat, entry));
    }
    if (this.#outbox.entries.length || (this.#token && this.#world.memory.talked)) {
      this.begin();
    }
  }

  /** The visitor wants to talk: be connected. */
  begin(): void {
    this.#link.start();
  }

  /** The visitor looks away: who has never talked here hears from nobody. */
  rest(): void {
    if (!this.chat.open && !this.#world.memory.talked && !this.#outbox.entries.length) {
      this.#link.stop();
      this.#disconnected();
      this.#show({ ...this.chat, link: "idle" });
    }
  }

  /** The token of the session. */
  get token(): string | null {
    return this.#token;
  }

  /** Say something beside messages; false: there is no connection now. */
  send(frame: VisitorFrame): boolean {
    return this.#ready && this.#link.send(frame);
  }

  write(text: string, files?: readonly FileView[]): void {
    this.#wroteAt = Math.max(Date.now(), this.#wroteAt + 1);
    // half an emoji, as a cut leaves it, is no text that could be sent
    const entry = { id: this.#world.newId(), text: text.replace(/\p{Cs}/gu, "\ufffd"), at: this.#wroteAt, files };
    this.#world.memory.keep(entry);
    this.#outbox = outbox.written(this.#outbox, entry);
    this.typed(false);
    this.#show(said(this.chat, entry));
    this.begin();
    this.#flush();
  }

  /** The text being written has changed; `some`: it is not empty. */
  typed(some: boolean): void {
    clearTimeout(this.#typingTimer);
    if (!some || !this.chat.open) {
      if (this.#typingAt) {
        this.#typingAt = 0;
        this.#link.send({ t: "typing", typing: false });
      }
      return;
    }
    const now = Date.now();
    if (now - this.#typingAt >= TYPING_EVERY_MS && this.#link.send({ t: "typing", typing: true })) {
      this.#typingAt = now;
    }
    this.#typingTimer = setTimeout(() => this.typed(false), TYPING_ENDS_MS);
  }

  /** End the conversation. The hub answers by closing it. */
  leave(): void {
    this.#link.send({ t: "leave" });
  }

  /** Everything shown is in front of the visitor's eyes. */
  look(): void {
    const newest = this.chat.lines.filter(({ kind }) => kind === "agent").at(-1);
    this.#show(seen(this.chat, newest?.order ?? 0));
    this.#tellSeen();
  }

  /** The network is back, or the page is looked at again. */
  hurry(): void {
    this.#link.hurry();
  }

  /** The page goes away, perhaps to come back as it is. Returns what to call when it does. */
  sleep(): () => void {
    const wasConnected = this.chat.link !== "idle";
    this.#link.stop();
    this.#disconnected();
    this.#show({ ...this.chat, link: "idle" });
    return () => {
      this.#show(seen(this.chat, this.#world.memory.seen));
      if (wasConnected) {
        this.begin();
      }
    };
  }

  /** Another page of the site has changed what they share. */
  elsewhere(change: Change): void {
    switch (change.kind) {
      case "session":
        if (change.session && change.session !== this.#token) {
          this.#join(change.session);
        }
        break;
      case "open":
        if (change.open && this.chat.link === "idle" && this.#token) {
          this.begin();
        }
        break;
      case "seen":
        this.#show(seen(this.chat, change.seq));
        break;
      case "written":
        this.#outbox = outbox.writtenElsewhere(this.#outbox, change.entry, Date.now());
        this.#show(said(this.chat, change.entry));
        this.#flush();
        break;
      case "settled":
        this.#settled(change.entry, change.outcome);
        break;
    }
  }

  connecting(): void {
    if (this.chat.link === "idle") {
      this.#show({ ...this.chat, link: "connecting" });
    }
  }

  opened(): void {
    const { memory, lang } = this.#world;
    this.#token = memory.session ?? this.#token;
    this.#asked = this.#token;
    const known = this.chat.greeted && this.chat.session === this.#token;
    const last_seq = known ? this.chat.lastSeq : null;
    const hello = { t: "hello", session: this.#token, lang, last_seq, ...this.#world.address() } as const;
    const { identity } = this.#world;
    void (identity ? identity().then((word) => this.#link.send({ ...hello, identity: word })) : this.#link.send(hello));
  }

  /** Say anew who the visitor is, unless the hub knows it. */
  prove(): void {
    if (this.#ready && this.#world.identity && !this.told.user) {
      this.#link.renew(0);
      this.#disconnected();
    }
  }

  lost(): void {
    this.#disconnected();
    this.#show({ ...this.chat, link: "lost", agentTyping: false });
  }

  heard(frame: HubFrame): void {
    if (frame.t === "hello") {
      this.told = frame;
    } else if (frame.t === "closed") {
      this.told = { ...this.told, rate: frame.rate, callback: undefined };
    } else if (!/message|typing/.test(frame.t)) {
      // of other frames nobody reads what a hello does not have
      this.told = { ...this.told, ...(frame as object) };
    }
    this.#hear(frame);
    this.also(frame);
  }

  #hear(frame: HubFrame): void {
    switch (frame.t) {
      case "hello":
        this.#greeted(frame);
        break;
      case "ack":
        this.#acknowledged(frame);
        break;
      case "nack":
        this.#postponed(frame.retry_ms);
        break;
      case "error":
        this.#failed(frame);
        break;
      default:
        this.#show(heard(this.chat, frame, Date.now()));
    }
    if (frame.t === "typing" && frame.typing) {
      clearTimeout(this.#agentTimer);
      this.#agentTimer = setTimeout(() => this.heard({ t: "typing", typing: false }), AGENT_TYPING_ENDS_MS);
    }
  }

  #greeted(frame: HelloFrame): void {
    const { memory } = this.#world;
    if (this.#asked === null && memory.session !== null && memory.session !== frame.session) {
      this.#join(memory.session);
      return;
    }
    this.#token = frame.session;
    memory.session = frame.session;
    this.#ready = true;
    this.#show(greeted(this.chat, frame));
    for (const line of this.chat.lines) {
      const entry = this.#outbox.entries.find(({ id }) => id === line.key);
      if (entry && !isPending(line)) {
        this.#outbox = outbox.settled(this.#outbox, entry.id);
        memory.settle(entry, { seq: line.order, at: line.at });
      }
    }
    this.#tellSeen();
    this.#flush();
  }

  #acknowledged({ client_msg_id, seq, at }: AckFrame): void {
    const entry = this.#outbox.entries.find(({ id }) => id === client_msg_id);
    if (entry) {
      const outcome = { seq, at: Date.parse(at) };
      this.#world.memory.settle(entry, outcome);
      this.#settled(entry, outcome);
    }
  }

  #settled(entry: outbox.Entry, outcome: Outcome): void {
    this.#outbox = outbox.settled(this.#outbox, entry.id);
    this.#show(
      "seq" in outcome
        ? stored(this.chat, entry, outcome.seq, outcome.at)
        : refused(this.chat, entry.id, outcome.refused),
    );
    this.#flush();
  }

  /** The hub cannot do it now. Before it has greeted, that is about the greeting; later about a message. */
  #postponed(retryMs: number): void {
    if (this.#ready) {
      this.#outbox = outbox.delayed(this.#outbox, retryMs, Date.now());
      this.#flush();
    } else {
      this.#link.renew(retryMs);
      this.lost();
    }
  }

  #failed(frame: ErrorFrame): void {
    const { code, client_msg_id, text } = frame;
    if (code.startsWith("identity")) {
      // for whoever built the site: the chat goes on without it
      console.error(`Touchline: ${text} (${code})`);
      return;
    }
    const retryMs = frame.retry_ms ?? (code === "too_fast" ? TOO_FAST_MS : Infinity);
    // a frame that could not be read has no id to answer to: it was the one in flight
    const about = client_msg_id || (code === "bad_frame" || code === "too_large" ? this.#outbox.inFlight : null);
    const entry = this.#outbox.entries.find(({ id }) => id === about);
    if (code === "bad_session" && this.#token !== null) {
      this.#world.memory.session = null;
      this.#token = null;
      this.#link.renew(0);
      this.#disconnected();
    } else if (!this.#ready || retryMs <= LONGEST_WAIT_MS) {
      this.#postponed(Math.min(retryMs, LONGEST_WAIT_MS));
    } else if (entry) {
      const why = code === "too_long" || code === "too_many" ? code : "other";
      this.#world.memory.settle(entry, { refused: why });
      this.#settled(entry, { refused: why });
    }
  }

  /** Another page has a session already: talk in that one. */
  #join(session: string): void {
    this.#token = session;
    if (this.chat.link !== "idle") {
      this.#link.renew(0);
      this.#disconnected();
    }
  }

  #disconnected(): void {
    this.#ready = false;
    this.#toldSeen = 0;
    this.#typingAt = 0;
    clearTimeout(this.#flushTimer);
    this.#outbox = outbox.disconnected(this.#outbox);
  }

  /** Send what is due, or look again when it will be. */
  #flush(): void {
    if (!this.#ready || this.#outbox.inFlight !== null) {
      return;
    }
    clearTimeout(this.#flushTimer);
    const now = Date.now();
    const due = outbox.next(this.#outbox, now);
    if (due && "send" in due) {
      const { id, text, files } = due.send;
      if (this.#link.send({ t: "message", client_msg_id: id, text, ...(files && { files: files.map((f) => f.id) }) })) {
        this.#outbox = outbox.sent(this.#outbox, id);
        this.#flushTimer = setTimeout(() => this.#sendAgain(), ACK_MS);
      }
    } else if (due) {
      this.#flushTimer = setTimeout(() => this.#flush(), due.at - now);
    }
    const delayed = this.#outbox.notBefore - now > SHORT_WAIT_MS;
    this.#show(delayed === this.chat.delayed ? this.chat : { ...this.chat, delayed });
  }

  /** The connection lives, the answer is missing. */
  #sendAgain(): void {
    this.#outbox = outbox.disconnected(this.#outbox);
    this.#flush();
  }

  #tellSeen(): void {
    if (this.#ready && this.chat.seen > this.#toldSeen) {
      this.#toldSeen = this.chat.seen;
      this.#link.send({ t: "got", seq: this.chat.seen });
    }
  }

  #show(chat: Chat): void {
    const before = this.chat;
    if (chat === before) {
      return;
    }
    this.chat = chat;
    if (chat.greeted && (chat.open !== before.open || !before.greeted)) {
      this.#world.memory.open = chat.open;
    }
    if (chat.seen !== before.seen) {
      this.#world.memory.seen = chat.seen;
    }
    this.#changed();
  }
}
