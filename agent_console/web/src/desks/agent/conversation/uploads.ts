/** The files on their way into one message: each is brought at once, and can be stopped, tried again, or taken out. */

import { reactive } from 'vue';
import { bring, broughtFile } from '@/api/talk';
import { Refusal } from '@/api/http';
import { isPicture } from '@/desks/agent/conversation/files';
import type { AttachedFile } from '@/generated/api';
import type { Attachment } from '@/generated/views';
import { wordsOf } from '@/shell/notices';

export interface Carried {
  readonly key: number;
  readonly name: string;
  readonly bytes: number;
  /** The address of a picture of it; empty for other files. */
  preview: string;
  /** 0 to 1. */
  share: number;
  problem: string;
  /** What the hub has; null until it has it. */
  kept: Attachment | null;
}

let last = 0;

export class Uploads {
  readonly list = reactive<Carried[]>([]);
  readonly #sources = new Map<number, File>();
  readonly #stops = new Map<number, AbortController>();
  readonly #changed: () => void;

  /** `changed` hears of every change of what would be sent. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isBusy(): boolean {
    return this.list.some((item) => item.kept === null && item.problem === '');
  }

  get hasFailed(): boolean {
    return this.list.some((item) => item.problem !== '');
  }

  /** Of all that are here together. */
  get bytes(): number {
    return this.list.reduce((sum, item) => sum + item.bytes, 0);
  }

  get kept(): readonly AttachedFile[] {
    return this.list.flatMap((item) => (item.kept ? [{ ...item.kept }] : []));
  }

  add(file: File): void {
    const key = ++last;
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : '';
    this.#sources.set(key, file);
    this.list.push({ key, name: file.name, bytes: file.size, preview, share: 0, problem: '', kept: null });
    void this.#bring(key, file);
  }

  /** A file that cannot be brought, and why. */
  refuse(file: File, problem: string): void {
    this.list.push({ key: ++last, name: file.name, bytes: file.size, preview: '', share: 0, problem, kept: null });
  }

  again(key: number): void {
    const item = this.list.find((other) => other.key === key);
    const file = this.#sources.get(key);
    if (!item || !file) return;
    item.problem = '';
    item.share = 0;
    void this.#bring(key, file);
  }

  canRetry(key: number): boolean {
    return this.#sources.has(key);
  }

  /** Stops it if it is on its way, and takes it out. */
  remove(key: number): void {
    this.#stops.get(key)?.abort();
    const place = this.list.findIndex((item) => item.key === key);
    if (place < 0) return;
    this.#letGo(this.list[place]);
    this.list.splice(place, 1);
    this.#changed();
  }

  /** The files of a draft, or of a message that was taken back, instead of those here. */
  put(files: readonly Attachment[]): void {
    this.clear();
    for (const file of files) {
      const preview = isPicture(file) ? broughtFile(file.sha256, file.name) : '';
      this.list.push({ key: ++last, name: file.name, bytes: file.size_bytes, preview, share: 1, problem: '', kept: file });
    }
  }

  clear(): void {
    for (const stop of this.#stops.values()) stop.abort();
    for (const item of this.list) this.#letGo(item);
    this.list.splice(0);
  }

  async #bring(key: number, file: File): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(key, stop);
    const item = (): Carried | undefined => this.list.find((other) => other.key === key);
    try {
      const kept = await bring(file, (share) => { const it = item(); if (it) it.share = share; }, stop.signal);
      const it = item();
      if (!it) return;
      it.kept = { ...kept };
      it.share = 1;
      this.#changed();
    } catch (error) {
      const it = item();
      if (it && error instanceof Refusal) it.problem = wordsOf(error);
      else if (!stop.signal.aborted) throw error;
    } finally {
      this.#stops.delete(key);
    }
  }

  #letGo(item: Carried | undefined): void {
    if (!item) return;
    if (item.preview.startsWith('blob:')) URL.revokeObjectURL(item.preview);
    this.#sources.delete(item.key);
  }
}
