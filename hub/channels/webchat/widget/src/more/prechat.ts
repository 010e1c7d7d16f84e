/** The form that a site asks to fill in before the first message. */

import type { FieldView, HubFrame } from "../frames";
import type { Tab } from "../tab";
import type { MoreTexts } from "../texts/more";
import { h } from "../view/dom";
import type { Visit } from "../visit";
import { type Control, Field } from "./fields";
import { PhoneField } from "./phone";
import { Sheet } from "./sheet";

const COMPLETE: Readonly<Record<FieldView["kind"], string>> = {
  name: "name",
  email: "email",
  phone: "tel",
  text: "off",
  choice: "off",
};

export class PreChat {
  readonly element = h("div", { class: "place" });
  readonly #texts: MoreTexts;
  readonly #lang: string;
  readonly #visit: Visit;
  readonly #tab: Tab;
  readonly #changed: () => void;
  #asked = "";
  #sheet: Sheet | null = null;
  #done = false;

  constructor(texts: MoreTexts, lang: string, visit: Visit, tab: Tab, changed: () => void) {
    this.#texts = texts;
    this.#lang = lang;
    this.#visit = visit;
    this.#tab = tab;
    this.#changed = changed;
  }

  /** Whether the form stands where one would write: asked for, not answered, and nothing written yet. */
  update(): boolean {
    const { chat, told } = this.#visit;
    const form = told.site?.form ?? [];
    const wanted = form.length > 0 && !told.answered && !this.#done && !chat.open && !chat.lines.length && chat.greeted;
    const asked = JSON.stringify(form);
    if (wanted && asked !== this.#asked) {
      this.#asked = asked;
      this.#sheet = this.#make(form);
      this.element.replaceChildren(this.#sheet.element);
    }
    if (this.#sheet) {
      this.#sheet.element.hidden = !wanted;
    }
    return wanted;
  }

  focus(): void {
    this.#sheet?.focus();
  }

  heard(frame: HubFrame): void {
    if (!this.#sheet?.waiting) {
      return;
    }
    if (frame.t === "form") {
      this.#done = true;
      this.#sheet.waiting = false;
      this.#tab.write("form", "");
      this.#changed();
    } else if (frame.t === "error" && !frame.client_msg_id) {
      this.#sheet.refused(frame.code, frame.field ?? "");
    } else if (frame.t === "hello" || (frame.t === "nack" && !frame.client_msg_id)) {
      this.#sheet.refused("", "");
    }
  }

  #make(form: readonly FieldView[]): Sheet {
    const begun = this.#begun();
    const fields = form.map((asked) => {
      const field = this.#field(asked);
      field.control.value = begun[asked.key] ?? "";
      if (field instanceof PhoneField) {
        field.assume(this.#visit.told.site?.country ?? "");
      }
      return field;
    });
    const values = (): Record<string, string> => Object.fromEntries(fields.map(({ key, value }) => [key, value]));
    const sheet = new Sheet(
      this.#texts,
      "form",
      this.#texts.form,
      fields,
      this.#texts.formSend,
      form.some(({ required }) => required)
        ? null
        : {
            text: this.#texts.skip,
            pressed: () => {
              this.#done = true;
              this.#changed();
            },
          },
      () => this.#visit.send({ t: "form", values: values() }),
    );
    sheet.element.addEventListener("input", () => this.#tab.write("form", JSON.stringify(values())));
    return sheet;
  }

  #field(asked: FieldView): Field {
    const { key, label, required = false } = asked;
    return asked.kind === "phone"
      ? new PhoneField(key, label, required, this.#texts, this.#lang)
      : new Field(key, this.#control(asked), label, required, this.#texts);
  }

  #control({ kind, choices }: FieldView): Control {
    if (kind === "choice") {
      return h(
        "select",
        {},
        h("option", { value: "" }, this.#texts.choose),
        ...(choices ?? []).map(({ value, label }) => h("option", { value }, label)),
      );
    }
    const type = kind === "email" ? "email" : "text";
    return h("input", { type, autocomplete: COMPLETE[kind], maxlength: kind === "text" ? "500" : "250", dir: "auto" });
  }

  #begun(): Record<string, string> {
    try {
      return JSON.parse(this.#tab.read("form") || "{}") as Record<string, string>;
    } catch {
      return {};
    }
  }
}
