/** Files beside the text: chosen by a button, dropped or pasted, and shown until they are sent. */

import type { MoreTexts } from "../texts/more";
import { h, iconButton, setText, textButton } from "../view/dom";
import type { Panel } from "../view/panel";
import type { Visit } from "../visit";
import { type Upload, Uploads } from "./uploads";
import { fileSize } from "./words";

const CLIP = "m20 11.5-8.300 8.300a5 5 0 0 1-7.100-7.100l8.700-8.700a3.400 3.400 0 0 1 4.800 4.800l-8.700 8.700a1.700 1.700 0 0 1-2.400-2.400l8-8";
const CROSS = "m7 7 10 10M17 7 7 17";

export class Tray {
  readonly element = h("ul", { class: "tray", hidden: "" });
  readonly uploads: Uploads;
  readonly #texts: MoreTexts;
  readonly #lang: string;
  readonly #visit: Visit;
  readonly #panel: Panel;
  readonly #button: HTMLButtonElement;
  readonly #input = h("input", { type: "file", multiple: "", class: "hidden", tabindex: "-1", "aria-hidden": "true" });
  readonly #news = h("div", { class: "hidden", role: "status" });
  readonly #dropping: HTMLElement;
  readonly #area: HTMLTextAreaElement;
  readonly #sendButton: HTMLButtonElement;
  readonly #rows = new Map<number, { element: HTMLElement; status: HTMLElement; bar: HTMLProgressElement; again: HTMLElement }>();

  /** `sent` is told which file of this page an id stands for. */
  constructor(
    texts: MoreTexts,
    lang: string,
    visit: Visit,
    panel: Panel,
    url: (name: string) => string,
    readonly sent: (id: string, file: File) => void,
  ) {
    this.#texts = texts;
    this.#lang = lang;
    this.#visit = visit;
    this.#panel = panel;
    this.uploads = new Uploads(
      url,
      () => visit.token,
      () => visit.told.site?.files,
      () => this.#draw(),
    );
    this.#dropping = h("div", { class: "dropping", hidden: "" }, texts.drop);
    this.#button = iconButton("attach", texts.attach, CLIP, () => this.#input.click());
    const form = panel.composer.element;
    this.#area = form.querySelector("textarea") as HTMLTextAreaElement;
    this.#sendButton = form.querySelector(".send") as HTMLButtonElement;
    form.prepend(this.#button);
    form.before(this.element);
    panel.element.append(this.#input, this.#news, this.#dropping);
    this.#input.addEventListener("change", () => {
      this.#take([...(this.#input.files ?? [])]);
      this.#input.value = "";
      panel.composer.focus();
    });
    form.addEventListener("submit", (event) => this.#submit(event), true);
    this.#area.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          this.#submit(event);
        }
      },
      true,
    );
    this.#area.addEventListener("input", () => this.#allow());
    this.#area.addEventListener("paste", (event) => {
      if (event.clipboardData?.files.length) {
        event.preventDefault();
        this.#take([...event.clipboardData.files]);
      }
    });
    this.#listenToDrops(panel.element);
  }

  /** Whether files may be sent here, and now. */
  update(): void {
    const limits = this.#visit.told.site?.files;
    this.#button.hidden = !limits;
    this.#button.disabled = !this.#visit.token;
    this.#input.accept = limits?.types.join(",") ?? "";
    this.element.hidden = !this.uploads.list.length || this.#panel.composer.element.hidden;
    this.#allow();
  }

  #take(files: readonly File[]): void {
    if (this.#visit.told.site?.files && files.length) {
      this.uploads.add(files);
    }
  }

  #submit(event: Event): void {
    const { list } = this.uploads;
    if (!list.some(({ view }) => view)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (list.some(({ view, trouble }) => !view && !trouble)) {
      return; // one is still on its way
    }
    const text = this.#area.value.trim();
    const files = list.filter(({ view }) => view).map(({ view, file }) => ({ id: view?.id ?? "", file }));
    for (const { id, file } of files) {
      this.sent(id, file);
    }
    this.#visit.write(text, this.uploads.take());
    this.#area.value = "";
    this.#area.dispatchEvent(new Event("input"));
    this.#panel.composer.focus();
  }

  /** With a file the text may be empty; while one is on its way nothing is sent. */
  #allow(): void {
    const { list } = this.uploads;
    if (list.length) {
      const busy = list.some(({ view, trouble }) => !view && !trouble);
      this.#sendButton.disabled = busy || (!list.some(({ view }) => view) && !this.#area.value.trim());
    }
  }

  #draw(): void {
    const { list } = this.uploads;
    for (const [key, { element }] of this.#rows) {
      if (!list.some((upload) => upload.key === key)) {
        element.remove();
        this.#rows.delete(key);
      }
    }
    for (const upload of list) {
      this.#drawRow(upload);
    }
    this.element.hidden = !list.length;
    if (!list.length) {
      this.#area.dispatchEvent(new Event("input"));
    }
    this.#allow();
  }

  #drawRow(upload: Upload): void {
    const { key, file, sent, view, trouble } = upload;
    let row = this.#rows.get(key);
    if (!row) {
      const status = h("span", { class: "size" });
      const bar = h("progress", { max: "100", "aria-label": file.name });
      const again = textButton("plain", this.#texts.again, () => this.uploads.again(key));
      const remove = iconButton("drop", this.#texts.cancel(file.name), CROSS, () => {
        this.uploads.remove(key);
        this.#panel.composer.focus();
      });
      const element = h("li", {}, h("span", { class: "file", dir: "auto" }, file.name), status, bar, again, remove);
      row = { element, status, bar, again };
      this.#rows.set(key, row);
      this.element.append(element);
    }
    const limits = this.#visit.told.site?.files;
    const limit = trouble === "too_many" ? this.#texts.files(limits?.most ?? 0) : fileSize(this.#lang, limits?.bytes ?? 0);
    const words = trouble ? this.#texts.fileTrouble[trouble](limit) : fileSize(this.#lang, file.size);
    if (row.status.textContent !== words || (view && !row.bar.hidden)) {
      setText(this.#news, trouble ? `${file.name}: ${words}` : view ? this.#texts.attached(file.name) : "");
    }
    setText(row.status, words);
    row.element.classList.toggle("failed", trouble !== null);
    row.bar.value = Math.round(sent * 100);
    row.bar.hidden = view !== null || trouble !== null;
    row.again.hidden = trouble !== "network";
  }

  #listenToDrops(area: HTMLElement): void {
    const isFiles = (event: DragEvent): boolean =>
      !!this.#visit.told.site?.files && !!event.dataTransfer?.types.includes("Files") && !this.#panel.composer.element.hidden;
    area.addEventListener("dragover", (event) => {
      if (isFiles(event)) {
        event.preventDefault();
        this.#dropping.hidden = false;
      }
    });
    area.addEventListener("dragleave", (event) => {
      if (!area.contains(event.relatedTarget as Node | null)) {
        this.#dropping.hidden = true;
      }
    });
    area.addEventListener("drop", (event) => {
      if (isFiles(event)) {
        event.preventDefault();
        this.#dropping.hidden = true;
        this.#take([...(event.dataTransfer?.files ?? [])]);
      }
    });
  }
}
