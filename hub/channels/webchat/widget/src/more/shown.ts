/** Files in the messages: small pictures, and rows to download; their contents are fetched with the visitor's token. */

import type { FileView } from "../frames";
import type { MoreTexts } from "../texts/more";
import { h } from "../view/dom";
import type { Visit } from "../visit";
import { save } from "./transcript";
import { fileSize } from "./words";

const PICTURES = /^image\/(png|jpeg|gif|webp)$/;
const LARGEST_PICTURE = 8_000_000;
const [WIDE, HIGH] = [240, 200];

export class ShownFiles {
  readonly #local = new Map<string, Blob>();

  constructor(
    readonly texts: MoreTexts,
    readonly lang: string,
    readonly visit: Visit,
    readonly url: (id: string) => string,
    readonly grown: () => void,
  ) {}

  /** This page has the content of the file itself. */
  keep(id: string, blob: Blob): void {
    this.#local.set(id, blob);
  }

  draw(files: readonly FileView[]): HTMLElement {
    return h("div", { class: "files" }, ...files.map((file) => this.#file(file)));
  }

  #file(file: FileView): HTMLElement {
    const size = fileSize(this.lang, file.size);
    const name = h("span", { class: "file", dir: "auto" }, file.name);
    const note = h("span", { class: "size" }, size);
    const button = h("button", { type: "button", class: "row", "aria-label": this.texts.download(file.name, size) }, name, note);
    button.addEventListener("click", () => {
      this.#content(file).then(
        (blob) => save(blob, file.name),
        () => (note.textContent = this.texts.notLoaded),
      );
    });
    if (PICTURES.test(file.type) && file.size < LARGEST_PICTURE) {
      void this.#picture(file, button);
    }
    return button;
  }

  /** A picture is painted, not linked: no policy of the page forbids that, and nothing in a file can run. */
  async #picture(file: FileView, button: HTMLElement): Promise<void> {
    try {
      const bitmap = await createImageBitmap(await this.#content(file));
      const scale = Math.min(1, WIDE / bitmap.width, HIGH / bitmap.height);
      const canvas = h("canvas");
      const dense = Math.min(2, devicePixelRatio || 1, 1 / scale);
      canvas.width = Math.max(1, Math.round(bitmap.width * scale * dense));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale * dense));
      canvas.style.width = `${Math.round(bitmap.width * scale)}px`;
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      button.className = "picture";
      button.replaceChildren(canvas);
      this.grown();
    } catch {
      // it stays a row
    }
  }

  async #content(file: FileView): Promise<Blob> {
    const known = this.#local.get(file.id);
    if (known) {
      return known;
    }
    const answer = await fetch(this.url(file.id), { headers: { "X-Chat-Session": this.visit.token ?? "" } });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const blob = new Blob([await answer.blob()], { type: file.type });
    this.#local.set(file.id, blob);
    return blob;
  }
}
