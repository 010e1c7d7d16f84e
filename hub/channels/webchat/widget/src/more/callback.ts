/** Asking to be called. */

import type { HubFrame } from "../frames";
import type { MoreTexts } from "../texts/more";
import { h } from "../view/dom";
import type { Visit } from "../visit";
import { Field } from "./fields";
import { PhoneField } from "./phone";
import { Sheet } from "./sheet";

const DAYS = 30;

export class CallBack {
  readonly sheet: Sheet;
  readonly #visit: Visit;
  readonly #phone: PhoneField;
  readonly #time: Field;
  readonly #reason: Field;
  readonly #later: HTMLInputElement;
  #id = "";
  isOpen = false;

  /** `closed` is called when the visitor is done with the form. */
  constructor(
    texts: MoreTexts,
    lang: string,
    visit: Visit,
    readonly closed: () => void,
  ) {
    this.#visit = visit;
    this.#phone = new PhoneField("phone", texts.phone, true, texts, lang, texts.phoneHint);
    this.#time = new Field("at", h("input", { type: "datetime-local" }), texts.time, true, texts);
    this.#reason = new Field("reason", h("textarea", { rows: "2", maxlength: "500" }), texts.reason, false, texts);
    this.#later = h("input", { type: "radio", name: "when", value: "later" });
    const soon = h("input", { type: "radio", name: "when", value: "soon", checked: "" });
    const when = h(
      "fieldset",
      {},
      h("legend", {}, texts.when),
      h("label", { class: "choice" }, soon, texts.soon),
      h("label", { class: "choice" }, this.#later, texts.later),
    );
    when.addEventListener("change", () => this.#show());
    const fields = [this.#phone, this.#time, this.#reason];
    this.sheet = new Sheet(
      texts,
      "call",
      texts.callIntro,
      fields,
      texts.callSend,
      { text: texts.back, pressed: () => this.#close() },
      () => this.#ask(),
      [this.#phone.element, when, this.#time.element, this.#reason.element],
    );
    this.#show();
  }

  open(): void {
    const now = Date.now();
    const control = this.#time.control as HTMLInputElement;
    control.min = local(now);
    control.max = local(now + DAYS * 86_400_000);
    control.value ||= local(now + 3_600_000);
    this.#phone.assume(this.#visit.told.site?.country ?? "");
    this.isOpen = true;
    this.sheet.say("");
  }

  heard(frame: HubFrame): void {
    if (!this.#id) {
      return;
    }
    if (frame.t === "callback") {
      this.#id = "";
      this.sheet.waiting = false;
      this.#close();
    } else if (frame.t === "error" && frame.client_msg_id === this.#id) {
      this.sheet.refused(frame.code, frame.field ?? "");
    } else if (frame.t === "nack" && frame.client_msg_id === this.#id) {
      this.sheet.refused("", "");
    } else if (frame.t === "hello" && this.sheet.waiting) {
      this.#ask(); // the answer was lost with the connection: the same wish again
    }
  }

  #ask(): boolean {
    this.#id ||= `call${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
    return this.#visit.send({
      t: "callback",
      client_msg_id: this.#id,
      phone: this.#phone.value,
      at: this.#later.checked ? new Date(this.#time.value).toISOString() : null,
      reason: this.#reason.value,
    });
  }

  #show(): void {
    this.#time.element.hidden = !this.#later.checked;
  }

  #close(): void {
    this.isOpen = false;
    this.closed();
  }
}

/** `at` as an input of day and time writes it. */
function local(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
