/** Fields of the forms: a label, an input, and what is wrong with it, joined for screen readers. */

import type { FieldTrouble, MoreTexts } from "../texts/more";
import { h, setText } from "../view/dom";

export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export class Field {
  readonly element: HTMLElement;
  readonly #error: HTMLElement;

  /** `hint` stands under the input for as long as nothing is wrong. */
  constructor(
    readonly key: string,
    readonly control: Control,
    label: string,
    readonly required: boolean,
    readonly texts: MoreTexts,
    hint = "",
  ) {
    const id = `f-${key}`;
    control.id = id;
    control.setAttribute("aria-describedby", `${id}-e ${id}-h`);
    if (required) {
      control.setAttribute("aria-required", "true");
    }
    this.#error = h("div", { class: "wrong", id: `${id}-e`, role: "alert" });
    this.element = h(
      "div",
      { class: "field" },
      h("label", { for: id }, label, ...(required ? [h("span", { class: "need" }, ` (${texts.required})`)] : [])),
      control,
      h("div", { class: "hint", id: `${id}-h` }, hint),
      this.#error,
    );
    control.addEventListener("input", () => this.tell(null));
  }

  get value(): string {
    return this.control.value.trim();
  }

  /** Say what is wrong, or that nothing is. */
  tell(trouble: FieldTrouble | null): void {
    setText(this.#error, trouble ? this.texts.trouble[trouble] : "");
    this.control.setAttribute("aria-invalid", String(trouble !== null));
  }

  /** Whether it holds what it must; says so otherwise. */
  check(): boolean {
    const missing = this.required && !this.value;
    this.tell(missing ? "missing" : null);
    return !missing;
  }
}

/** The trouble behind a code of the hub. */
export function troubleOf(code: string): FieldTrouble {
  return code === "missing" || code === "bad_email" || code === "bad_phone" || code === "bad_time" ? code : "other";
}
