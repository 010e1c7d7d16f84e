/** Drafts on the hub: kept a moment after the last key, followed from other windows; this browser keeps a copy for when the hub is away. */

import { drafts as askDrafts, keepDraft } from '@/api/talk';
import { Refusal } from '@/api/http';
import type { DraftKind, Drafts } from '@/desks/agent/conversation/drafts';
import type { AttachedFile } from '@/generated/api';
import type { DraftView, WrittenLetter } from '@/generated/views';

export interface Content {
  readonly channel: string;
  readonly text: string;
  readonly attachments: readonly AttachedFile[];
  readonly mentions: readonly string[];
  /** Of e-mail only. */
  readonly letter: WrittenLetter | null;
}

export interface Told {
  /** The hub has another text for this field. `isOther`: somebody else's window wrote it while this one was open. */
  readonly replaced: (kind: DraftKind, draft: DraftView, isOther: boolean) => void;
  /** This window's text took the place of one it had not seen. */
  readonly tookOver: () => void;
  /** Whether the newest text is with the hub. */
  readonly kept: (isKept: boolean) => void;
}

const KEEP_AFTER_MS = 900;
const KINDS: readonly DraftKind[] = ['reply', 'note'];
/** This window, among those of the same person. */
export const WINDOW = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export class DraftSync {
  readonly #interactionId: string;
  readonly #shelf: Drafts;
  readonly #told: Told;
  readonly #versions = new Map<DraftKind, number>();
  readonly #waiting = new Map<DraftKind, Content>();
  readonly #underWay = new Set<DraftKind>();
  readonly #sent = new Set<DraftKind>();
  /** Sent while the hub was asked what it has: its answer may be of before. */
  readonly #gone = new Set<DraftKind>();
  #timer = 0;
  #isEnded = false;

  constructor(interactionId: string, shelf: Drafts, told: Told) {
    this.#interactionId = interactionId;
    this.#shelf = shelf;
    this.#told = told;
  }

  /** What the hub has, unless this browser has something newer that never reached it. */
  async load(): Promise<void> {
    this.#gone.clear();
    try {
      const page = await askDrafts(this.#interactionId);
      if (this.#isEnded) return;
      for (const kind of KINDS) {
        const draft = page.items.find((item) => item.kind === kind);
        if (!draft || this.#waiting.has(kind) || this.#underWay.has(kind) || this.#gone.has(kind)) continue;
        this.#versions.set(kind, draft.version);
        const localAt = this.#shelf.at(this.#interactionId, kind);
        // the same words, kept by a clock that is fast, are not newer: the hub has more of them than the copy here
        if (localAt <= Date.parse(draft.changed_at) || this.#shelf.of(this.#interactionId, kind) === draft.text) this.#told.replaced(kind, draft, false);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** Keeps this soon; the copy in the browser at once. */
  keep(kind: DraftKind, content: Content): void {
    this.#shelf.keep(this.#interactionId, kind, content.text, Date.now());
    this.#waiting.set(kind, content);
    this.#sent.delete(kind);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.flush(), KEEP_AFTER_MS);
  }

  /** Keeps it now: the field was left, the page is going. */
  flush(): void {
    window.clearTimeout(this.#timer);
    for (const [kind, content] of this.#waiting) if (!this.#underWay.has(kind)) void this.#put(kind, content);
  }

  /** It was sent: the hub drops the draft with the sending. */
  sent(kind: DraftKind): void {
    this.#waiting.delete(kind);
    this.#gone.add(kind);
    this.#shelf.keep(this.#interactionId, kind, '', Date.now());
    if (this.#underWay.has(kind)) this.#sent.add(kind);
  }

  /** A frame says what the hub has now. */
  heard(draft: DraftView): void {
    if (draft.interaction_id !== this.#interactionId || draft.version <= (this.#versions.get(draft.kind) ?? 0)) return;
    this.#versions.set(draft.kind, draft.version);
    if (draft.window === WINDOW || draft.window === '') return;
    // the newest wins: what this window had not kept yet is older
    this.#waiting.delete(draft.kind);
    this.#shelf.keep(this.#interactionId, draft.kind, draft.text, Date.now());
    this.#told.replaced(draft.kind, draft, true);
  }

  end(): void {
    this.flush();
    this.#isEnded = true;
  }

  async #put(kind: DraftKind, content: Content): Promise<void> {
    this.#waiting.delete(kind);
    this.#underWay.add(kind);
    try {
      const answer = await keepDraft(this.#interactionId, { kind, ...content, window: WINDOW, version: this.#versions.get(kind) ?? 0 });
      this.#versions.set(kind, Math.max(answer.draft.version, this.#versions.get(kind) ?? 0));
      this.#told.kept(true);
      if (answer.replaced_other && !this.#sent.has(kind)) this.#told.tookOver();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#told.kept(false);
      if (error.status === 0 && !this.#waiting.has(kind) && !this.#sent.has(kind)) this.#waiting.set(kind, content);
    } finally {
      this.#underWay.delete(kind);
    }
    // sent meanwhile: what has just been kept must not come back
    if (this.#sent.delete(kind)) void this.#put(kind, { channel: '', text: '', attachments: [], mentions: [], letter: null });
    else if (this.#waiting.has(kind) && !this.#isEnded) this.#timer = window.setTimeout(() => this.flush(), KEEP_AFTER_MS * 3);
  }
}
