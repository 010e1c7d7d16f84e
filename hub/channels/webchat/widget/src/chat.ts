/** The conversation as the visitor sees it, and how each thing that happens changes it. */

import type { HelloFrame, HubFrame } from "./frames";
import type { Entry } from "./outbox";

export type Link = "idle" | "connecting" | "live" | "lost";

/** Why the hub will not take a message. */
export type Refusal = "too_long" | "too_many" | "other";

/** Something the visitor or an agent wrote. `key` stays the same for as long as the line is shown. */
export interface Said {
  readonly kind: "visitor" | "agent";
  readonly key: string;
  readonly text: string;
  readonly at: number;
  readonly name: string;
  /** `pending`: written, not confirmed by the hub. */
  readonly state: "pending" | "sent" | Refusal;
  readonly round: number;
  readonly order: number;
}

/** Something that happened between the messages. */
export interface Note {
  readonly kind: "joined" | "left" | "closed";
  readonly key: string;
  readonly at: number;
  readonly name: string;
  readonly round: number;
  readonly order: number;
}

export type Line = Said | Note;

/**
 * `round` counts the conversations this page has seen: the hub numbers the messages of each from the beginning.
 * `lastSeq` is the newest number of this round, `seen` the newest that was on the screen of any page of the site.
 * `greeted`: the hub has told its part at least once. `ended`: the conversation was closed and no new one begun.
 * `delayed`: the hub has asked to wait with the next message.
 */
export interface Chat {
  readonly link: Link;
  readonly session: string | null;
  readonly greeted: boolean;
  readonly title: string;
  readonly agent: string;
  readonly agentTyping: boolean;
  readonly delayed: boolean;
  readonly open: boolean;
  readonly ended: boolean;
  readonly waiting: { readonly place: number; readonly ewtS: number | null } | null;
  readonly round: number;
  readonly lastSeq: number;
  readonly seen: number;
  readonly lines: readonly Line[];
}

export const NOTHING_YET: Chat = {
  link: "idle",
  session: null,
  greeted: false,
  title: "",
  agent: "",
  agentTyping: false,
  delayed: false,
  open: false,
  ended: false,
  waiting: null,
  round: 0,
  lastSeq: 0,
  seen: 0,
  lines: [],
};

/** Where a line stands that has no number yet. */
const LAST = { round: Infinity, order: Infinity };

/** The visitor's message `entry` was written, here or on another page of the site. */
export function said(chat: Chat, entry: Entry): Chat {
  if (chat.lines.some(({ key }) => key === entry.id)) {
    return chat;
  }
  return withLine(chat, {
    kind: "visitor",
    key: entry.id,
    text: entry.text,
    at: entry.at,
    name: "",
    state: "pending",
    ...LAST,
  });
}

/** The hub has `entry` under the number `seq`; it was stored `at` (ms since 1970). */
export function stored(chat: Chat, entry: Entry, seq: number, at: number): Chat {
  const known = chat.lines.find(({ key }) => key === entry.id);
  const now = begun(chat);
  if (now.lines.some((line) => line.round === now.round && line.order === seq)) {
    return known && known.order !== seq ? { ...chat, lines: chat.lines.filter((line) => line !== known) } : chat;
  }
  return withLine(
    { ...now, open: true, lastSeq: Math.max(now.lastSeq, seq), lines: now.lines.filter((line) => line !== known) },
    { kind: "visitor", key: entry.id, text: entry.text, at, name: "", state: "sent", round: now.round, order: seq },
  );
}

/** The hub will never take the message `id`. It stays where it is, so that the visitor can copy it. */
export function refused(chat: Chat, id: string, why: Refusal): Chat {
  return {
    ...chat,
    lines: chat.lines.map((line) =>
      line.key === id && line.kind === "visitor"
        ? { ...line, state: why, round: chat.round, order: chat.lastSeq + 0.5 }
        : line,
    ),
  };
}

/** Everything up to `seq` was on a screen. */
export function seen(chat: Chat, seq: number): Chat {
  return seq > chat.seen ? { ...chat, seen: seq } : chat;
}

/** How many messages of agents wait to be looked at. */
export function unread(chat: Chat): number {
  return chat.lines.filter((line) => line.kind === "agent" && line.round === chat.round && line.order > chat.seen)
    .length;
}

/**
 * The hub's first word on a connection. `whole`: its history is all of the conversation, not just what is newer than
 * `lastSeq`, and replaces what is shown. What the visitor wrote and the hub does not have stays in either case.
 */
export function greeted(chat: Chat, frame: HelloFrame, whole: boolean): Chat {
  const stranger = chat.session !== frame.session;
  const open = frame.open ?? false;
  const history = frame.history ?? [];
  let now: Chat = {
    ...chat,
    session: frame.session,
    greeted: true,
    title: frame.title ?? "",
    agent: frame.agent ?? "",
    agentTyping: false,
    waiting: frame.agent || !open ? null : chat.waiting,
  };
  if (stranger || (whole && (open || history.length))) {
    const pending = chat.lines.filter(({ round }) => round === Infinity);
    now = { ...now, lines: pending, lastSeq: 0, seen: stranger ? 0 : chat.seen, ended: false };
  }
  for (const line of history) {
    const at = Date.parse(line.at);
    now =
      line.from === "agent"
        ? heard(now, { t: "message", seq: line.seq, text: line.text, at: line.at, name: line.name ?? "" }, at)
        : stored(now, { id: line.client_msg_id || `v${now.round}.${line.seq}`, text: line.text, at }, line.seq, at);
  }
  const last = now.lines.reduce((newest, line) => (line.round < Infinity ? Math.max(newest, line.at) : newest), 0);
  return open ? { ...now, open } : ended({ ...now, open: last > 0 }, last);
}

/** What a later frame changes; `now` is ms since 1970. Those that say nothing of the conversation change nothing. */
export function heard(chat: Chat, frame: HubFrame, now: number): Chat {
  switch (frame.t) {
    case "message": {
      const here = begun(chat);
      const key = agentKey(here.round, frame.seq);
      if (here.lines.some((line) => line.key === key)) {
        return chat;
      }
      return withLine(
        { ...here, open: true, agentTyping: false, lastSeq: Math.max(here.lastSeq, frame.seq) },
        {
          kind: "agent",
          key,
          text: frame.text,
          at: Date.parse(frame.at),
          name: frame.name || here.agent,
          state: "sent",
          round: here.round,
          order: frame.seq,
        },
      );
    }
    case "position":
      return { ...chat, waiting: frame.place > 0 ? { place: frame.place, ewtS: frame.ewt_s ?? null } : null };
    case "agent":
      return tookOver(chat, frame.name, now);
    case "typing":
      return { ...chat, agentTyping: frame.typing };
    case "closed":
      return ended(chat, Date.parse(frame.at));
    default:
      return chat;
  }
}

function tookOver(chat: Chat, name: string, now: number): Chat {
  if (name === chat.agent) {
    return chat;
  }
  const line = note(chat, name ? "joined" : "left", name || chat.agent, now);
  return withLine({ ...chat, agent: name, agentTyping: false, waiting: name ? null : chat.waiting }, line);
}

function ended(chat: Chat, at: number): Chat {
  const after: Chat = { ...chat, open: false, agent: "", agentTyping: false, waiting: null };
  if (chat.ended || !chat.open) {
    return after;
  }
  return withLine({ ...after, ended: true }, note(chat, "closed", chat.agent, at));
}

/** Whatever comes after a closing belongs to a new conversation, numbered from the beginning. */
function begun(chat: Chat): Chat {
  return chat.ended ? { ...chat, ended: false, round: chat.round + 1, lastSeq: 0, seen: 0 } : chat;
}

function note(chat: Chat, kind: Note["kind"], name: string, at: number): Note {
  const key = `${kind}${chat.lines.length}.${at}`;
  return { kind, key, at, name, round: chat.round, order: chat.lastSeq + 0.5 };
}

function withLine(chat: Chat, line: Line): Chat {
  const lines = [...chat.lines, line].sort((a, b) => a.round - b.round || (a.order < b.order ? -1 : +(a.order > b.order)));
  return { ...chat, lines };
}

function agentKey(round: number, seq: number): string {
  return `a${round}.${seq}`;
}
