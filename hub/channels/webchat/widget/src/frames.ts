/** The frames of `/ws/chat`, as `frames.py` beside this folder defines them; frames.test.ts compares the two. */

export interface VisitorHello {
  t: "hello";
  session: string | null;
  lang: string;
  last_seq: number | null;
  name?: string;
  email?: string;
  page: string;
  title?: string;
  referrer: string;
  utm?: Readonly<Record<string, string>>;
  identity?: string;
}

export interface VisitorMessage {
  t: "message";
  client_msg_id: string;
  text: string;
  files?: readonly string[];
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

export interface VisitorForm {
  t: "form";
  values: Readonly<Record<string, string>>;
}

export interface VisitorPage {
  t: "page";
  page: string;
  title?: string;
}

export interface VisitorRate {
  t: "rate";
  conversation: string;
  score: number;
  comment?: string;
}

export interface VisitorCallback {
  t: "callback";
  client_msg_id: string;
  phone: string;
  at: string | null;
  reason?: string;
}

export type VisitorFrame =
  | VisitorHello
  | VisitorMessage
  | VisitorTyping
  | VisitorGot
  | VisitorPing
  | VisitorLeave
  | VisitorForm
  | VisitorPage
  | VisitorRate
  | VisitorCallback;

export interface FileView {
  id: string;
  name: string;
  type: string;
  size: number;
}

export interface ChoiceView {
  value: string;
  label: string;
}

export interface FieldView {
  key: string;
  kind: "name" | "email" | "phone" | "text" | "choice";
  label: string;
  required?: boolean;
  choices?: readonly ChoiceView[];
}

export interface FileLimits {
  most: number;
  bytes: number;
  types: readonly string[];
}

export interface SiteView {
  title?: string;
  greeting?: string;
  away?: string;
  accent?: string;
  country?: string;
  form?: readonly FieldView[];
  files?: FileLimits;
  rating?: boolean;
  callback?: boolean;
}

export interface RateView {
  conversation: string;
  until: string;
  score?: number;
  comment?: string;
}

export interface CallbackView {
  phone: string;
  at?: string;
}

export interface HistoryLine {
  seq: number;
  from: "visitor" | "agent";
  text: string;
  at: string;
  name?: string;
  client_msg_id?: string;
  files?: readonly FileView[];
}

/** The hub leaves out a field that has its default value: those are optional here. */
export interface HelloFrame {
  t: "hello";
  session: string;
  resumed: boolean;
  closed?: boolean;
  opens_at?: string | null;
  history?: readonly HistoryLine[];
  title?: string;
  agent?: string;
  open?: boolean;
  site?: SiteView;
  answered?: boolean;
  rate?: RateView;
  callback?: CallbackView;
  user?: string;
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
  files?: readonly FileView[];
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
  rate?: RateView;
}

export interface SiteFrame {
  t: "site";
  site: SiteView;
}

export interface HoursFrame {
  t: "hours";
  closed: boolean;
  opens_at: string | null;
  away: string;
}

export interface FormFrame {
  t: "form";
}

export interface RatedFrame {
  t: "rated";
  rate: RateView;
}

export interface CallbackFrame {
  t: "callback";
  client_msg_id: string;
  callback: CallbackView;
  repeated?: boolean;
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
  field?: string;
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
  | SiteFrame
  | HoursFrame
  | FormFrame
  | RatedFrame
  | CallbackFrame
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
