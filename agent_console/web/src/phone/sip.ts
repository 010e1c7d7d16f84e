/** What the console asks of a SIP stack, and what it hears from one: `jssip.ts` is the real one, a test has its own. */

/** The hub's answer to who one is as a phone, for a while. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  /** The path of the socket on this origin. */
  readonly ws_path: string;
  /** The address that this phone registers. */
  readonly uri: string;
  readonly expires_at: string;
}

/** One call on this phone, from its first ring on. Commands to a call that is over do nothing. */
export interface SipCall {
  readonly id: string;
  /** Who calls, as the hub wrote it; empty when it did not say. */
  readonly from: string;
  /** The hub's id of the call, empty when it did not say. */
  readonly callId: string;
  /** Picks up, speaking into `microphone`. */
  answer(microphone: MediaStream): void;
  /** Does not pick up; the status says why (486 busy, 480 not now, 603 no). */
  refuse(status: number): void;
  hangUp(): void;
  mute(isMuted: boolean): void;
  /** Keys as telephone events in the sound (RFC 4733). */
  press(keys: string): void;
  /** Speaks into another microphone from now on. */
  speakInto(microphone: MediaStream): Promise<void>;
  stats(): Promise<RTCStatsReport | null>;
}

export interface CallHeard {
  /** The other side is on the line. */
  readonly answered: () => void;
  readonly sound: (stream: MediaStream) => void;
  /** Told once, however it ended. */
  readonly ended: (cause: string) => void;
}

/** One registered phone. */
export interface SipPhone {
  start(): void;
  /** Signs off and closes; calls that live end. */
  stop(): void;
  /** The secret to sign in with from now on, and registers with it. */
  renew(password: string): void;
}

export interface PhoneHeard {
  readonly connecting: () => void;
  readonly registered: () => void;
  /** The hub refused to register this phone; 0 when it did not answer. */
  readonly refused: (status: number) => void;
  /** No connection any more; the stack tries again by itself. */
  readonly disconnected: () => void;
  /** A call comes in; `hear` says who is told of it. */
  readonly called: (call: SipCall, hear: (heard: CallHeard) => void) => void;
}

export type MakePhone = (credentials: Credentials, heard: PhoneHeard) => SipPhone;
