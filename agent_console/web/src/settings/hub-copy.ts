/**
 * Keeps one's choices on the hub, so that they are the same on whatever machine: the hub's are taken over at sign-in, what
 * is chosen here goes there a moment later. What cannot be sent is kept in this browser and sent when it can; nobody is
 * bothered with that.
 */

import type { Preferences as Body, PreferencesView } from '@/generated/api';
import { adopt, type Chosen, type ChosenKey, chosenOf, differing, KEYS } from '@/settings/chosen';
import type { Preferences } from '@/settings/choices';

const AFTER_MS = 800;
const AGAIN_MS = 2_000;
const AGAIN_MOST_MS = 60_000;
const FRESH_MS = 30_000;
const UNSENT = 'touchline.preferences.unsent';

export interface Outside {
  readonly get: () => Promise<PreferencesView>;
  readonly put: (body: Body) => Promise<PreferencesView>;
  /** Runs it later; gives what calls it off. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** Whether trying the same again is in vain. */
  readonly isFinal: (error: unknown) => boolean;
  readonly nowMs: () => number;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

export class HubCopy {
  private user = '';
  private seen: Chosen;
  private readonly unsent = new Set<ChosenKey>();
  private callOff: () => void = () => undefined;
  private tries = 0;
  private askedAtMs = 0;
  /** Counts sign-ins: an answer to somebody who has left changes nothing. */
  private turn = 0;

  constructor(
    private readonly here: Preferences,
    private readonly outside: Outside,
  ) {
    this.seen = chosenOf(here);
  }

  /** Somebody is signed in: their choices come, but for those made here that the hub has not heard of yet. */
  async begin(user: string): Promise<void> {
    if (this.user === user) return;
    this.end();
    this.user = user;
    for (const key of this.keptUnsent()) this.unsent.add(key);
    await this.work();
  }

  end(): void {
    this.callOff();
    this.user = '';
    this.turn += 1;
    this.tries = 0;
    this.unsent.clear();
  }

  /** Something was chosen, here or by taking it over. */
  changed(): void {
    const now = chosenOf(this.here);
    const keys = differing(now, this.seen);
    this.seen = now;
    if (!this.user || keys.length === 0) return;
    for (const key of keys) this.unsent.add(key);
    this.keep();
    this.soon(AFTER_MS);
  }

  /** Another window of this browser has chosen, and sends it: here it is only shown. */
  takeOver(change: () => void): void {
    this.changed();
    change();
    this.seen = chosenOf(this.here);
  }

  /** The window is looked at again: other machines may have chosen meanwhile. */
  async looked(): Promise<void> {
    if (this.user && this.outside.nowMs() - this.askedAtMs >= FRESH_MS) await this.work();
  }

  /** Takes over what the hub has, and sends what it has not. */
  private async work(): Promise<void> {
    const { turn } = this;
    this.callOff();
    try {
      const hub = await this.outside.get();
      if (turn !== this.turn) return;
      this.askedAtMs = this.outside.nowMs();
      this.takeOver(() => adopt(this.here, hub, KEYS.filter((key) => !this.unsent.has(key))));
      if (this.unsent.size > 0) await this.send(hub, turn);
      this.tries = 0;
    } catch (error) {
      if (turn !== this.turn || this.outside.isFinal(error)) return;
      this.tries += 1;
      this.soon(Math.min(AGAIN_MS * 2 ** (this.tries - 1), AGAIN_MOST_MS));
    }
  }

  private async send(hub: PreferencesView, turn: number): Promise<void> {
    const mine = chosenOf(this.here);
    const isFirst = KEYS.every((key) => hub[key] === null);
    // whoever chooses for the first time brings along what they see
    const keys = isFirst ? KEYS : [...this.unsent];
    const body = { ...hub, ...Object.fromEntries(keys.map((key) => [key, mine[key]])) } as Body;
    await this.outside.put(body);
    if (turn !== this.turn) return;
    const now = chosenOf(this.here);
    const meanwhile = new Set(differing(now, mine));
    for (const key of keys) if (!meanwhile.has(key)) this.unsent.delete(key);
    this.keep();
    if (this.unsent.size > 0) this.soon(AFTER_MS);
  }

  private soon(ms: number): void {
    this.callOff();
    this.callOff = this.outside.later(ms, () => void this.work());
  }

  private keep(): void {
    try {
      if (this.unsent.size > 0) this.outside.storage.setItem(UNSENT, JSON.stringify([this.user, ...this.unsent]));
      else this.outside.storage.removeItem(UNSENT);
    } catch {
      // the browser keeps nothing: it is sent while the window is open
    }
  }

  private keptUnsent(): readonly ChosenKey[] {
    try {
      const [user, ...keys] = JSON.parse(this.outside.storage.getItem(UNSENT) ?? '[]') as string[];
      return user === this.user ? KEYS.filter((key) => keys.includes(key)) : [];
    } catch {
      return [];
    }
  }
}
