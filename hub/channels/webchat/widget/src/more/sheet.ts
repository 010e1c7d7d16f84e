/** A form in the place of the messages: fields, one button that sends, one that leads back. */

import type { MoreTexts } from "../texts/more";
import { h, setText, textButton } from "../view/dom";
import { Field, troubleOf } from "./fields";

export class Sheet {
  readonly element: HTMLFormElement;
  readonly #status = h("p", { class: "status", role: "status" });
  readonly #button: HTMLButtonElement;

  constructor(
    readonly texts: MoreTexts,
    name: string,
    intro: string,
    readonly fields: readonly Field[],
    send: string,
    back: { readonly text: string; pressed(): void } | null,
    sent: () => boolean,
    between: readonly Node[] = fields.map(({ element }) => element),
  ) {
    this.#button = h("button", { type: "submit", class: "primary" }, send);
    this.element = h(
      "form",
      { class: "sheet", novalidate: "", "aria-labelledby": `${name}-title`, hidden: "" },
      h("h2", { id: `${name}-title`, tabindex: "-1" }, intro),
      ...between,
      this.#status,
      h("div", { class: "buttons" }, this.#button, ...(back ? [textButton("plain", back.text, () => back.pressed())] : [])),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      const wrong = this.fields.filter((field) => !field.element.hidden && !field.check());
      if (wrong[0]) {
        wrong[0].control.focus();
      } else if (!this.#button.disabled) {
        this.waiting = sent();
        this.say(this.waiting ? "" : texts.noConnection);
      }
    });
  }

  /** Sent, and not answered yet. */
  set waiting(waiting: boolean) {
    this.#button.disabled = waiting;
  }

  get waiting(): boolean {
    return this.#button.disabled;
  }

  say(words: string): void {
    setText(this.#status, words);
  }

  /** The hub did not take it: because of `field`, or for now. */
  refused(code: string, field: string): void {
    this.waiting = false;
    const wrong = this.fields.find(({ key }) => key === field);
    if (wrong) {
      wrong.tell(troubleOf(code));
      wrong.control.focus();
    } else {
      this.say(this.texts.tryLater);
    }
  }

  /** Lead the visitor to the first field; where that would raise a keyboard, to the heading. */
  focus(): void {
    const coarse = matchMedia("(pointer: coarse)").matches;
    const first = coarse ? null : this.fields[0]?.control;
    (first ?? this.element.querySelector<HTMLElement>("h2"))?.focus();
  }
}
