/** The frames of `/ws/chat`, as `frames.py` beside this folder defines them; frames.test.ts compares the two. */

export interface VisitorHello {
  t: "hello";
  session: string | null;
  lang: string;
  last_seq: number | null;
  name?: string;
  email?: string;
  page: string;
  referrer: string;
}

export interface VisitorMessage {
  t: "message";
  client_msg_id: string;
  text: string;
}

export interface VisitorTyping {
  t: "typing";
  typing: boolean;
}

export interface VisitorGot {
  t: "got";
  seq: number;
}

export interface VisitorPing {
  t: "ping";
}

export interface VisitorLeave {
  t: "leave";
}

export type VisitorFrame =
  | VisitorHello
  | VisitorMessage
  | VisitorTyping
  | VisitorGot
  | VisitorPing
  | VisitorLeave;

export interface HistoryLine {
  seq: number;
  from: "visitor" | "agent";
  text: string;
  at: string;
  name?: string;
  client_msg_id?: string;
}

/** The hub leaves out a field that has its default value: those are optional here. */
export interface HelloFrame {
  t: "hello";
  session: string;
  resumed: boolean;
  history?: readonly HistoryLine[];
  title?: string;
  agent?: string;
  open?: boolean;
}

export interface AckFrame {
  t: "ack";
  client_msg_id: string;
  seq: number;
  at: string;
}

export interface NackFrame {
  t: "nack";
  retry_ms: number;
  client_msg_id?: string;
  code?: string;
}

export interface MessageFrame {
  t: "message";
  seq: number;
  text: string;
  at: string;
  name?: string;
}

export interface PositionFrame {
  t: "position";
  place: number;
  ewt_s: number | null;
}

export interface AgentFrame {
  t: "agent";
  name: string;
}

export interface TypingNotice {
  t: "typing";
  typing: boolean;
}

export interface ClosedFrame {
  t: "closed";
  at: string;
}

export interface PongFrame {
  t: "pong";
}

export interface ErrorFrame {
  t: "error";
  code: string;
  text?: string;
  client_msg_id?: string;
  retry_ms?: number;
}

export type HubFrame =
  | HelloFrame
  | AckFrame
  | NackFrame
  | MessageFrame
  | PositionFrame
  | AgentFrame
  | TypingNotice
  | ClosedFrame
  | PongFrame
  | ErrorFrame;

/** The frame in `data`, or null when it is none. Kinds this script does not know pass, and are ignored later. */
export function readFrame(data: unknown): HubFrame | null {
  if (typeof data !== "string") {
    return null;
  }
  try {
    const frame = JSON.parse(data) as Partial<HubFrame> | null;
    return frame && typeof frame === "object" && typeof frame.t === "string" ? (frame as HubFrame) : null;
  } catch {
    return null;
  }
}
