/** Where the visitor writes. */

import type { Texts } from "../texts/texts";
import { h, ICONS, icon, setText } from "./dom";

/** As many characters (code points) as the hub takes in one message. */
export const LONGEST = 4000;
const COUNTED_FROM = 200;

/** Calls `send` with a text that is neither blank nor too long, and `changed` with every other. */
export class Composer {
  readonly element: HTMLFormElement;
  readonly #texts: Texts;
  readonly #field: HTMLTextAreaElement;
  readonly #mirror: HTMLElement;
  readonly #left: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #send: (text: string) => void;
  readonly #changed: (text: string) => void;

  constructor(texts: Texts, draft: string, send: (text: string) => void, changed: (text: string) => void) {
    this.#texts = texts;
    this.#send = send;
    this.#changed = changed;
    this.#field = h("textarea", {
      rows: "1",
      "aria-label": texts.placeholder,
      "aria-describedby": "left",
      placeholder: texts.placeholder,
      enterkeyhint: "send",
      autocomplete: "off",
    });
    this.#mirror = h("div", { class: "mirror", "aria-hidden": "true" });
    this.#left = h("div", { class: "left", id: "left" });
    this.#button = h("button", { type: "submit", class: "send", "aria-label": texts.send, title: texts.send }, icon(ICONS.send));
    this.element = h(
      "form",
      { class: "composer" },
      h("div", { class: "grow" }, this.#mirror, this.#field),
      this.#button,
      this.#left,
    );
    this.#field.value = draft;
    this.#measure();
    this.#field.addEventListener("input", () => {
      this.#measure();
      this.#changed(this.#field.value);
    });
    this.#field.addEventListener("keydown", (event) => {
      // an input method uses Enter to choose a word: 229 is how older browsers say so
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.#submit();
      }
    });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
      this.focus();
    });
  }

  focus(): void {
    this.#field.focus();
  }

  #submit(): void {
    const text = this.#field.value.trim();
    if (text && length(text) <= LONGEST) {
      this.#field.value = "";
      this.#measure();
      this.#send(text);
    }
  }

  #measure(): void {
    const { value } = this.#field;
    const left = LONGEST - length(value.trim());
    // the mirror gives the field its height; a last line break counts only with something after it
    this.#mirror.textContent = `${value}\u200b`;
    this.#button.disabled = !value.trim() || left < 0;
    setText(this.#left, left < COUNTED_FROM ? this.#texts.remaining(left) : "");
    this.#left.classList.toggle("over", left < 0);
    this.#field.setAttribute("aria-invalid", String(left < 0));
  }
}

function length(text: string): number {
  let count = 0;
  for (const _ of text) {
    count++;
  }
  return count;
}
