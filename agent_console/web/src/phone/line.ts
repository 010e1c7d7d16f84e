/** Keeps this window's phone registered at the hub: asks for its credentials, renews them in time, comes back by itself. */

import type { Credentials, MakePhone, PhoneHeard, SipCall, SipPhone, CallHeard } from '@/phone/sip';

export type LineStage = 'off' | 'registering' | 'ready' | 'lost';

/** How the line stands; `why` is a stable word for what keeps it from being ready, or the hub's own code. */
export interface LineState {
  readonly stage: LineStage;
  readonly why: string;
}

export interface LineWorld {
  readonly credentials: () => Promise<Credentials>;
  readonly make: MakePhone;
  /** The hub's code of what `credentials` threw, and whether asking again is in vain. */
  readonly codeOf: (error: unknown) => { readonly code: string; readonly isFinal: boolean };
  readonly now: () => number;
  readonly chance: () => number;
  /** Calls once after `ms`; returns what takes it back. */
  readonly later: (ms: number, call: () => void) => () => void;
}

export interface LineHeard {
  readonly changed: (state: LineState) => void;
  readonly called: (call: SipCall, hear: (heard: CallHeard) => void) => void;
}

const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;
/** Credentials are renewed when so much of their time is left, but not more often than this. */
const RENEW_SHARE = 0.25;
const RENEW_LEAST_MS = 5_000;
/** The phone of this agent is in another browser. */
export const TAKEN = 'taken';
const NOT_KNOWN: ReadonlySet<number> = new Set([401, 403, 407]);
/** A wait that browsers keep: a longer one fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long to wait before attempt `n` (0 is the first repeat): doubles, half of it by chance. */
export function pauseMs(n: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(n, 10));
  return whole / 2 + (whole / 2) * chance;
}

/** When credentials of `lifeMs` are renewed. */
export const renewAfterMs = (lifeMs: number): number => Math.min(LONGEST_TIMER_MS, Math.max(RENEW_LEAST_MS, lifeMs * (1 - RENEW_SHARE)));

export class Line {
  #world: LineWorld;
  #heard: LineHeard;
  #phone: SipPhone | null = null;
  #known: Credentials | null = null;
  #state: LineState = { stage: 'off', why: '' };
  #attempt = 0;
  /** Counts beginnings: an answer to an earlier one changes nothing. */
  #turn = 0;
  /** The phone that is heard. */
  #current: symbol | null = null;
  #isAsking = false;
  #calls = 0;
  #isReplacingLater = false;
  #isTaken = false;
  #stopWaiting: () => void = () => undefined;
  #stopRenewing: () => void = () => undefined;

  constructor(world: LineWorld, heard: LineHeard) {
    this.#world = world;
    this.#heard = heard;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Register, and stay registered until `end`. */
  begin(): void {
    if (this.#state.stage !== 'off') return;
    this.#turn += 1;
    this.#attempt = 0;
    this.#become('registering', '');
    void this.#ask();
  }

  /** Sign off for good: `why` is shown. */
  end(why = ''): void {
    this.#turn += 1;
    this.#isAsking = false;
    this.#stopWaiting();
    this.#stopRenewing();
    this.#isReplacingLater = this.#isTaken = false;
    this.#drop();
    this.#become('off', why);
  }

  /** Try now instead of at the end of the pause: the network is back, or somebody asks. */
  hurry(): void {
    if (this.#state.stage === 'lost' && !this.#isAsking) void this.#ask();
  }

  /** Asks the hub who this phone is, and registers it as that; what cannot be had now is asked again later. */
  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    const turn = this.#turn;
    this.#isAsking = true;
    this.#stopWaiting();
    try {
      const found = await this.#world.credentials();
      if (turn !== this.#turn) return;
      this.#isAsking = false;
      this.#use(found);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#isAsking = false;
      const { code, isFinal } = this.#world.codeOf(error);
      if (isFinal) this.end(code);
      // a phone that is registered stays so while its renewal is tried again
      else this.#again(this.#state.stage === 'ready' ? null : code);
    }
  }

  #use(found: Credentials): void {
    const before = this.#known;
    const isSame = before !== null && before.username === found.username && before.uri === found.uri && before.ws_path === found.ws_path && before.realm === found.realm;
    this.#stopRenewing();
    this.#stopRenewing = this.#world.later(renewAfterMs(Date.parse(found.expires_at) - this.#world.now()), () => void this.#ask());
    if (this.#phone !== null && isSame && (this.#state.stage === 'ready' || this.#calls > 0)) {
      this.#known = found;
      this.#phone.renew(found.password);
      return;
    }
    if (this.#phone !== null && this.#calls > 0) {
      // another phone would end the call that this one has
      this.#isReplacingLater = true;
      return;
    }
    this.#drop();
    this.#known = found;
    this.#become('registering', '');
    this.#current = Symbol(found.username);
    this.#phone = this.#world.make(found, this.#listener(this.#current));
    this.#phone.start();
  }

  /** Hears the phone that is made now; one that was given up says nothing any more. */
  #listener(whose: symbol): PhoneHeard {
    const mine = (act: () => void): (() => void) => () => {
      if (whose === this.#current) act();
    };
    return {
      connecting: mine(() => this.#state.stage !== 'lost' && this.#become('registering', '')),
      registered: mine(() => {
        this.#attempt = 0;
        this.#isTaken = false;
        this.#become('ready', '');
      }),
      refused: (status) => mine(() => this.#refused(status))(),
      disconnected: mine(() => this.#become('lost', 'no_connection')),
      called: (call, hear) => mine(() => this.#called(whose, call, hear))(),
    };
  }

  /** Credentials that should hold and do not are void: the same agent's phone is in another browser now, and they stay out of a quarrel. */
  #refused(status: number): void {
    const isVoid = NOT_KNOWN.has(status) && this.#known !== null && Date.parse(this.#known.expires_at) > this.#world.now();
    if (isVoid && this.#calls === 0) return this.end(TAKEN);
    this.#isTaken = isVoid;
    if (isVoid) return this.#become('lost', TAKEN);
    this.#again(status === 0 ? 'no_answer' : `sip_${status}`);
  }

  #called(whose: symbol, call: SipCall, hear: (heard: CallHeard) => void): void {
    this.#calls += 1;
    this.#heard.called(call, (heard) =>
      hear({
        ...heard,
        ended: (cause) => {
          heard.ended(cause);
          if (whose !== this.#current) return;
          this.#calls -= 1;
          if (this.#calls === 0 && this.#isTaken) this.end(TAKEN);
          else if (this.#calls === 0 && this.#isReplacingLater) {
            this.#isReplacingLater = false;
            void this.#ask();
          }
        },
      }),
    );
  }

  /** Asks again after a pause; `why` null leaves what is shown. */
  #again(why: string | null): void {
    if (why !== null) this.#become('lost', why);
    this.#stopWaiting();
    this.#stopWaiting = this.#world.later(pauseMs(this.#attempt, this.#world.chance()), () => void this.#ask());
    this.#attempt += 1;
  }

  #drop(): void {
    const phone = this.#phone;
    this.#phone = null;
    this.#current = null;
    this.#known = null;
    this.#calls = 0;
    phone?.stop();
  }

  #become(stage: LineStage, why: string): void {
    if (this.#state.stage === stage && this.#state.why === why) return;
    this.#state = { stage, why };
    this.#heard.changed(this.#state);
  }
}
