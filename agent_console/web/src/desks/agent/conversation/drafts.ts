/** This browser's copy of texts begun and not sent, by interaction: for when the hub is away. */

export type DraftKind = 'reply' | 'note';
/** `addresses`: what is half typed in the lines of a letter, which the hub is not told. */
export type Shelved = DraftKind | 'addresses';

const PREFIX = 'touchline.draft.';
const KEPT_MS = 14 * 86_400_000;

/** The part of localStorage that is used. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export class Drafts {
  readonly #shelf: Shelf;
  readonly #owner: string;

  /** Each user of this browser has drafts of their own. */
  constructor(shelf: Shelf, owner: string) {
    this.#shelf = shelf;
    this.#owner = owner;
  }

  of(interactionId: string, kind: Shelved): string {
    const kept = this.#shelf.getItem(this.#name(interactionId, kind)) ?? '';
    return kept.slice(kept.indexOf(' ') + 1);
  }

  /** When this browser kept it (ms); 0 for none. */
  at(interactionId: string, kind: DraftKind): number {
    return Number.parseInt(this.#shelf.getItem(this.#name(interactionId, kind)) ?? '0', 10) || 0;
  }

  /** An empty text is no draft. */
  keep(interactionId: string, kind: Shelved, text: string, nowMs: number): void {
    const name = this.#name(interactionId, kind);
    try {
      if (text.trim()) this.#shelf.setItem(name, `${nowMs} ${text}`);
      else this.#shelf.removeItem(name);
    } catch {
      // the browser's store is full or switched off: the text is still in the field
    }
  }

  /** Drafts that nobody came back to for two weeks go. */
  forgetOld(nowMs: number): void {
    const names = Array.from({ length: this.#shelf.length }, (_, i) => this.#shelf.key(i));
    for (const name of names) {
      if (name?.startsWith(PREFIX) && nowMs - Number.parseInt(this.#shelf.getItem(name) ?? '0', 10) > KEPT_MS) {
        this.#shelf.removeItem(name);
      }
    }
  }

  #name(interactionId: string, kind: Shelved): string {
    return `${PREFIX}${this.#owner}.${interactionId}.${kind}`;
  }
}
