/** The phone of the leading window: one call at a time, from its ring to its end. What it does not know is asked of its world. */

import { type MicrophoneTrouble, NoMicrophone } from '@/phone/devices';
import type { LineState, LineWorld } from '@/phone/line';
import { Line, TAKEN } from '@/phone/line';
import { type Counted, counted, type Quality, qualityOf } from '@/phone/quality';
import type { CallHeard, SipCall } from '@/phone/sip';

/** One call on the phone, as every window of the agent shows it. */
export interface LegState {
  readonly id: string;
  /** The hub's id, empty when the hub did not say. */
  readonly callId: string;
  readonly from: string;
  readonly stage: 'ringing' | 'answering' | 'talking';
  readonly isMuted: boolean;
  readonly quality: Quality | null;
}

export interface PhoneState {
  readonly line: LineState;
  readonly leg: LegState | null;
  /** What keeps the agent from being heard. */
  readonly microphone: MicrophoneTrouble | null;
}

export const NO_PHONE: PhoneState = { line: { stage: 'off', why: '' }, leg: null, microphone: null };

/** What becomes of a call that rings: the phone rings, keeps quiet for now, or is picked up by itself. */
export type Reception = 'ring' | 'answer' | 'refuse';

export interface PhoneWorld extends LineWorld {
  /** Throws NoMicrophone. */
  readonly microphone: () => Promise<MediaStream>;
  readonly microphoneTrouble: () => Promise<MicrophoneTrouble | null>;
  readonly release: (microphone: MediaStream | null) => void;
  /** Plays what the other side says; null for nobody. */
  readonly play: (sound: MediaStream | null) => void;
  readonly ring: (isRinging: boolean) => void;
  readonly receive: (leg: LegState) => Reception;
  readonly changed: (state: PhoneState) => void;
  /** A call could not be picked up, or ended otherwise than by somebody's wish. */
  readonly failed: (why: MicrophoneTrouble | 'sound') => void;
}

const LOOK_MS = 2_000;
const BUSY = 486;
const NOT_NOW = 480;
const NO = 603;
/** The ways in which JsSIP says that the sound could not be set up. */
const SOUND_FAILED = new Set(['WebRTC Error', 'Incompatible SDP', 'Bad Media Description', 'Missing SDP', 'RTP Timeout']);

export class Softphone {
  #world: PhoneWorld;
  #line: Line;
  #state: PhoneState = NO_PHONE;
  #call: SipCall | null = null;
  #speaking: MediaStream | null = null;
  #counted: Counted | null = null;
  #stopLooking: () => void = () => undefined;
  #isBegun = false;

  constructor(world: PhoneWorld) {
    this.#world = world;
    this.#line = new Line(world, {
      changed: (line) => this.#become({ line }),
      called: (call, hear) => this.#called(call, hear),
    });
  }

  get state(): PhoneState {
    return this.#state;
  }

  /**
   * Registers as soon as there is a microphone to speak into: nobody is sent a call that they cannot answer. A phone that
   * another browser took is taken back only by who asks for it.
   */
  async begin(isAsked = false): Promise<void> {
    this.#isBegun = true;
    const trouble = await this.#world.microphoneTrouble();
    if (!this.#isBegun) return;
    this.#become({ microphone: trouble });
    if (trouble === null && (isAsked || this.#line.state.why !== TAKEN)) this.#line.begin();
    // a call goes on with the microphone that it has
    else if (trouble !== null && this.#call === null) this.#line.end('microphone');
  }

  end(): void {
    this.#isBegun = false;
    this.#line.end();
    this.#over();
    this.#become({ microphone: null });
  }

  /** Asks for the microphone, which shows the browser's question, and registers when it is allowed. */
  async allow(): Promise<void> {
    try {
      this.#world.release(await this.#world.microphone());
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.#become({ microphone: error.trouble });
      return;
    }
    await this.begin(true);
  }

  hurry(): void {
    this.#line.hurry();
  }

  /** What is known of the call that rings has changed: perhaps it is picked up now. */
  consider(): void {
    const leg = this.#state.leg;
    if (leg === null || leg.stage !== 'ringing') return;
    const reception = this.#world.receive(leg);
    if (reception === 'answer') void this.answer();
    else if (reception === 'refuse') this.refuse();
    else this.#world.ring(true);
  }

  async answer(): Promise<void> {
    const call = this.#call;
    if (call === null || this.#state.leg?.stage !== 'ringing') return;
    this.#leg({ stage: 'answering' });
    this.#world.ring(false);
    let speaking: MediaStream;
    try {
      speaking = await this.#world.microphone();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      if (this.#call !== call) return;
      this.#become({ microphone: error.trouble });
      this.#world.failed(error.trouble);
      call.refuse(NOT_NOW);
      return;
    }
    // whoever called may have hung up while the browser asked
    if (this.#call !== call) return this.#world.release(speaking);
    this.#speaking = speaking;
    call.answer(speaking);
  }

  /** Does not pick up; a call that was picked up goes on. */
  refuse(): void {
    if (this.#state.leg?.stage !== 'talking') this.#call?.refuse(NO);
  }

  hangUp(): void {
    this.#call?.hangUp();
  }

  mute(isMuted: boolean): void {
    if (this.#state.leg?.stage !== 'talking') return;
    this.#call?.mute(isMuted);
    this.#leg({ isMuted });
  }

  press(keys: string): void {
    this.#call?.press(keys);
  }

  /** The microphone that is chosen now, also for the call that goes on. Throws NoMicrophone, and then nothing is changed. */
  async speakAnew(): Promise<void> {
    const call = this.#call;
    if (call === null || this.#state.leg?.stage !== 'talking') return;
    const speaking = await this.#world.microphone();
    if (this.#call !== call) return this.#world.release(speaking);
    for (const track of speaking.getAudioTracks()) track.enabled = !this.#state.leg.isMuted;
    await call.speakInto(speaking);
    this.#world.release(this.#speaking);
    this.#speaking = speaking;
  }

  #called(call: SipCall, hear: (heard: CallHeard) => void): void {
    if (this.#call !== null) {
      hear({ answered: () => undefined, sound: () => undefined, ended: () => undefined });
      call.refuse(BUSY);
      return;
    }
    this.#call = call;
    hear({
      answered: () => {
        if (this.#call !== call) return;
        this.#leg({ stage: 'talking' });
        this.#look();
      },
      sound: (sound) => this.#call === call && this.#world.play(sound),
      ended: (cause) => {
        if (this.#call !== call) return;
        if (SOUND_FAILED.has(cause)) this.#world.failed('sound');
        this.#over();
      },
    });
    this.#become({ leg: { id: call.id, callId: call.callId, from: call.from, stage: 'ringing', isMuted: false, quality: null } });
    this.consider();
  }

  /** Looks at the statistics for as long as the call lives. */
  #look(): void {
    const call = this.#call;
    this.#stopLooking = this.#world.later(LOOK_MS, () => {
      if (call === null || this.#call !== call) return;
      call
        .stats()
        .then((report) => {
          if (report === null || this.#call !== call) return;
          const now = counted([...report.values()] as Record<string, unknown>[], this.#world.now());
          if (this.#counted !== null) this.#leg({ quality: qualityOf(this.#counted, now) });
          this.#counted = now;
        })
        .catch(() => undefined)
        .finally(() => this.#call === call && this.#look());
    });
  }

  #over(): void {
    this.#stopLooking();
    this.#call = null;
    this.#counted = null;
    this.#world.ring(false);
    this.#world.play(null);
    this.#world.release(this.#speaking);
    this.#speaking = null;
    this.#become({ leg: null });
  }

  #leg(part: Partial<LegState>): void {
    if (this.#state.leg !== null) this.#become({ leg: { ...this.#state.leg, ...part } });
  }

  #become(part: Partial<PhoneState>): void {
    this.#state = { ...this.#state, ...part };
    this.#world.changed(this.#state);
  }
}
