/** A SIP stack, a clock and a hub for the tests of the phone: nothing happens until the test says so. */

import type { LineWorld } from '@/phone/line';
import type { CallHeard, Credentials, PhoneHeard, SipCall, SipPhone } from '@/phone/sip';

export class Clock {
  nowMs = 1_000_000;
  #waiting: { readonly at: number; readonly call: () => void }[] = [];

  later = (ms: number, call: () => void): (() => void) => {
    const one = { at: this.nowMs + ms, call };
    this.#waiting.push(one);
    return () => (this.#waiting = this.#waiting.filter((other) => other !== one));
  };

  /** What is due until then happens in its order, and what it promised is done before the next. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    for (;;) {
      const next = this.#waiting.filter((one) => one.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.nowMs = Math.max(this.nowMs, next.at);
      next.call();
      await settled();
    }
    this.nowMs = until;
  }
}

export const settled = async (): Promise<void> => {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
};

export class FakeCall implements SipCall {
  heard: CallHeard | null = null;
  did: string[] = [];
  report = new Map<string, unknown>();

  constructor(readonly id: string, readonly from = 'Ivan Petrov', readonly callId = '') {}

  answer = (): void => void this.did.push('answer');
  refuse = (status: number): void => {
    this.did.push(`refuse ${status}`);
    this.heard?.ended('Rejected');
  };
  hangUp = (): void => {
    this.did.push('hang up');
    this.heard?.ended('Terminated');
  };
  mute = (isMuted: boolean): void => void this.did.push(isMuted ? 'mute' : 'unmute');
  press = (keys: string): void => void this.did.push(`press ${keys}`);
  speakInto = async (): Promise<void> => void this.did.push('speak into');
  stats = async (): Promise<RTCStatsReport | null> => this.report as unknown as RTCStatsReport;
}

export class FakePhone implements SipPhone {
  did: string[] = [];

  constructor(readonly credentials: Credentials, readonly heard: PhoneHeard) {}

  start(): void {
    this.did.push('start');
    this.heard.connecting();
  }
  stop(): void {
    this.did.push('stop');
    this.heard.disconnected();
  }
  renew(password: string): void {
    this.did.push(`renew ${password}`);
  }
  rings(call: FakeCall): FakeCall {
    this.heard.called(call, (heard) => (call.heard = heard));
    return call;
  }
}

/** A hub that gives credentials for ten minutes, the password counted up; `refuses` is its code when it does not. */
export class FakeHub {
  readonly clock = new Clock();
  readonly phones: FakePhone[] = [];
  asked = 0;
  refuses: { readonly code: string; readonly isFinal: boolean } | null = null;
  username = 'anna-1';

  get phone(): FakePhone {
    const phone = this.phones.at(-1);
    if (!phone) throw new Error('no phone was made');
    return phone;
  }

  readonly world: LineWorld = {
    credentials: async () => {
      this.asked += 1;
      if (this.refuses) throw new Error(this.refuses.code);
      return {
        username: this.username, password: `p${this.asked}`, realm: 'touchline', ws_path: '/ws/sip', uri: `sip:${this.username}@touchline`,
        expires_at: new Date(this.clock.nowMs + 600_000).toISOString(),
      };
    },
    make: (credentials, heard) => {
      const phone = new FakePhone(credentials, heard);
      this.phones.push(phone);
      return phone;
    },
    codeOf: () => this.refuses ?? { code: 'unexpected', isFinal: false },
    now: () => this.clock.nowMs,
    chance: () => 0.5,
    later: (ms, call) => this.clock.later(ms, call),
  };
}
