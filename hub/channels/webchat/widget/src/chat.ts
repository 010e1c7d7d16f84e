/** The conversation as the visitor sees it, and how each thing that happens changes it. */

import type { FileView, HelloFrame, HubFrame } from "./frames";
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
  readonly order: number;
  readonly files?: readonly FileView[] | undefined;
}

/** Something that happened between the messages. */
export interface Note {
  readonly kind: "joined" | "left" | "closed";
  readonly key: string;
  readonly at: number;
  readonly name: string;
  readonly order: number;
}

export type Line = Said | Note;

/**
 * `lastSeq` is the number of the newest message: the hub counts on over all conversations of a session. `seen` is the
 * newest that was on the screen of any page of the site.
 * `greeted`: the hub has told its part at least once. `ended`: the conversation was closed and no new one begun.
 * `delayed`: the hub has asked to wait with the next message, for longer than one would not notice.
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
  lastSeq: 0,
  seen: 0,
  lines: [],
};

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
    order: Infinity,
    files: entry.files,
  });
}

/** The hub has `entry` under the number `seq`; it was stored `at` (ms since 1970). */
export function stored(chat: Chat, entry: Entry, seq: number, at: number): Chat {
  const known = chat.lines.find(({ key }) => key === entry.id);
  if (chat.lines.some(({ order }) => order === seq)) {
    return known && known.order !== seq ? { ...chat, lines: chat.lines.filter((line) => line !== known) } : chat;
  }
  return withLine(
    { ...begun(chat, seq), lines: chat.lines.filter((line) => line !== known) },
    { kind: "visitor", key: entry.id, text: entry.text, at, name: "", state: "sent", order: seq, files: entry.files },
  );
}

/** The hub will never take the message `id`. It stays where it is, so that the visitor can copy it. */
export function refused(chat: Chat, id: string, why: Refusal): Chat {
  return {
    ...chat,
    lines: chat.lines.map((line) =>
      line.key === id && line.kind === "visitor"
        ? { ...line, state: why, order: chat.lastSeq + 0.5 }
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
  return chat.lines.filter(({ kind, order }) => kind === "agent" && order > chat.seen).length;
}

/**
 * The hub's first word on a connection: the history is what is newer than `lastSeq`. Of another session nothing stays
 * but what was never sent.
 */
export function greeted(chat: Chat, frame: HelloFrame): Chat {
  const open = frame.open ?? false;
  const old = chat.session === frame.session ? chat : { ...NOTHING_YET, lines: chat.lines.filter(isPending) };
  let now: Chat = {
    ...old,
    link: "live",
    session: frame.session,
    greeted: true,
    title: frame.title ?? "",
    agent: frame.agent ?? "",
    agentTyping: false,
    waiting: frame.agent || !open ? null : old.waiting,
  };
  for (const { seq, from, text, at, name, client_msg_id, files } of frame.history ?? []) {
    now =
      from === "agent"
        ? heard(now, { t: "message", seq, text, at, name: name ?? "", files: files ?? [] }, 0)
        : stored(now, { id: client_msg_id || `v${seq}`, text, at: 0, files }, seq, Date.parse(at));
  }
  const newest = now.lines.filter((line) => !isPending(line)).at(-1);
  return open ? { ...now, open, ended: false } : ended({ ...now, open: newest !== undefined }, newest?.at ?? 0);
}

/** What a later frame changes; `now` is ms since 1970. Those that say nothing of the conversation change nothing. */
export function heard(chat: Chat, frame: HubFrame, now: number): Chat {
  switch (frame.t) {
    case "message": {
      if (chat.lines.some(({ order }) => order === frame.seq)) {
        return chat;
      }
      return withLine(
        // one that comes late belongs to what has ended: that an agent has begun anew is said by `agent`
        { ...(chat.ended ? chat : begun(chat, frame.seq)), agentTyping: false },
        {
          kind: "agent",
          key: `a${frame.seq}`,
          text: frame.text,
          at: Date.parse(frame.at),
          name: frame.name || chat.agent,
          state: "sent",
          order: frame.seq,
          files: frame.files,
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

/** Written, and the hub does not have it. */
export function isPending({ order }: Line): boolean {
  return order === Infinity;
}

function tookOver(chat: Chat, name: string, now: number): Chat {
  if (name === chat.agent) {
    return chat;
  }
  const line = note(chat, name ? "joined" : "left", name || chat.agent, now);
  const there = name ? { ...begun(chat, 0), waiting: null } : chat;
  return withLine({ ...there, agent: name, agentTyping: false }, line);
}

function ended(chat: Chat, at: number): Chat {
  const after: Chat = { ...chat, open: false, agent: "", agentTyping: false, waiting: null };
  if (chat.ended || !chat.open) {
    return after;
  }
  return withLine({ ...after, ended: true }, note(chat, "closed", chat.agent, at));
}

/** The message `seq`, or an agent who has come, belongs to an open conversation: after a closing, to a new one. */
function begun(chat: Chat, seq: number): Chat {
  return { ...chat, open: true, ended: false, lastSeq: Math.max(chat.lastSeq, seq) };
}

function note(chat: Chat, kind: Note["kind"], name: string, at: number): Note {
  return { kind, key: `${kind}${chat.lines.length}.${at}`, at, name, order: chat.lastSeq + 0.5 };
}

/** Lines without a number come last, in the order they were written. */
function withLine(chat: Chat, line: Line): Chat {
  const lines = [...chat.lines, line].sort((a, b) => (a.order < b.order ? -1 : +(a.order > b.order)));
  return { ...chat, lines };
}
