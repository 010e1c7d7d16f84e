/** The windows of one user in this browser: the one that is the phone tells the others, and does what they ask. */

import type { PhoneState } from '@/phone/softphone';

/** What a window may ask of the one that is the phone. */
export type Asked =
  | { readonly do: 'answer' | 'refuse' | 'hang_up' | 'allow' | 'begin' | 'settings' }
  | { readonly do: 'mute'; readonly isMuted: boolean }
  | { readonly do: 'press'; readonly keys: string };

type Said = { readonly kind: 'who' } | { readonly kind: 'state'; readonly state: PhoneState } | { readonly kind: 'ask'; readonly asked: Asked } | { readonly kind: 'gone' };

/** The part of a BroadcastChannel that is used. */
export interface Channel {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

export interface WindowsHeard {
  /** How the phone stands in the window that is it; null when there is none. */
  readonly state: (state: PhoneState | null) => void;
  /** Only the window that leads hears this. */
  readonly asked: (asked: Asked) => void;
}

export class Windows {
  #channel: Channel;
  #leads = false;
  #last: PhoneState | null = null;

  constructor(channel: Channel, heard: WindowsHeard) {
    this.#channel = channel;
    channel.onmessage = ({ data }) => {
      const said = data as Said;
      if (said.kind === 'who' && this.#leads && this.#last) this.#say({ kind: 'state', state: this.#last });
      else if (said.kind === 'ask' && this.#leads) heard.asked(said.asked);
      else if (said.kind === 'state' && !this.#leads) heard.state(said.state);
      else if (said.kind === 'gone' && !this.#leads) heard.state(null);
    };
    this.#say({ kind: 'who' });
  }

  get leads(): boolean {
    return this.#leads;
  }

  lead(): void {
    this.#leads = true;
  }

  /** Another window is the phone from now on, or none. */
  follow(): void {
    if (this.#leads) this.#say({ kind: 'gone' });
    this.#leads = false;
    this.#last = null;
  }

  tell(state: PhoneState): void {
    this.#last = state;
    if (this.#leads) this.#say({ kind: 'state', state });
  }

  ask(asked: Asked): void {
    this.#say({ kind: 'ask', asked });
  }

  close(): void {
    this.follow();
    this.#channel.onmessage = null;
    this.#channel.close();
  }

  #say(said: Said): void {
    this.#channel.postMessage(said);
  }
}
