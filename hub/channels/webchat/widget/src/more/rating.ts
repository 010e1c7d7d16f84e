/** What the visitor thought of the conversation, asked when it has ended. */

import type { HubFrame } from "../frames";
import type { Tab } from "../tab";
import type { MoreTexts } from "../texts/more";
import { h, setText, textButton } from "../view/dom";
import type { Visit } from "../visit";

export class Rating {
  readonly element: HTMLFormElement;
  readonly #texts: MoreTexts;
  readonly #visit: Visit;
  readonly #tab: Tab;
  readonly #inputs: HTMLInputElement[];
  readonly #choose: HTMLElement;
  readonly #more: HTMLElement;
  readonly #comment: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #done: HTMLElement;
  readonly #words = h("span");
  readonly #status = h("span", { class: "status", role: "status" });
  #changing = false;
  #sent = false;
  #shown = "";

  constructor(texts: MoreTexts, visit: Visit, tab: Tab, changed: () => void) {
    this.#texts = texts;
    this.#visit = visit;
    this.#tab = tab;
    this.#inputs = texts.scores.map((_, i) => h("input", { type: "radio", name: "score", value: String(i + 1) }));
    this.#comment = h("textarea", { rows: "2", maxlength: "1000", "aria-label": texts.comment, placeholder: texts.comment });
    this.#send = h("button", { type: "submit", class: "primary" }, texts.rateSend);
    const skip = textButton("plain", texts.skip, () => {
      tab.write("skip", visit.told.rate?.conversation ?? "");
      this.#changing = false;
      changed();
    });
    this.#choose = h(
      "fieldset",
      {},
      h("legend", {}, texts.rate),
      h(
        "div",
        { class: "scores" },
        ...texts.scores.map((word, i) =>
          h("label", {}, this.#inputs[i] as Node, h("b", {}, String(i + 1)), h("span", {}, word)),
        ),
      ),
    );
    this.#more = h("div", { class: "more", hidden: "" });
    this.#done = h(
      "div",
      { class: "done", hidden: "" },
      this.#words,
      textButton("plain", texts.change, () => {
        this.#changing = true;
        changed();
        this.#inputs.find((input) => input.checked)?.focus();
      }),
    );
    this.element = h(
      "form",
      { class: "rating", hidden: "" },
      this.#choose,
      this.#more,
      h("div", { class: "buttons" }, this.#send, skip),
      this.#done,
      this.#status,
    );
    this.#choose.addEventListener("change", () => this.#draw());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** `anew`: the visitor has gone on to write again. */
  update(anew: boolean): void {
    const { chat, told } = this.#visit;
    const rate = told.rate;
    const offered =
      !!rate &&
      !anew &&
      !!told.site?.rating &&
      chat.ended &&
      Date.parse(rate.until) > Date.now() &&
      (!!rate.score || this.#tab.read("skip") !== rate.conversation);
    if (offered && this.#shown !== rate.conversation) {
      this.#shown = rate.conversation;
      this.#changing = false;
      this.#inputs.forEach((input, i) => (input.checked = i + 1 === rate.score));
      this.#comment.value = rate.comment ?? "";
    }
    this.element.hidden = !offered;
    this.#draw();
  }

  heard(frame: HubFrame): void {
    if (frame.t === "rated") {
      this.#sent = this.#changing = false;
      this.#send.disabled = false;
      setText(this.#status, this.#texts.thanks);
    } else if (this.#sent && (frame.t === "hello" || ((frame.t === "error" || frame.t === "nack") && !frame.client_msg_id))) {
      this.#sent = false;
      this.#send.disabled = false;
      const late = frame.t === "error" && frame.code === "too_late";
      setText(this.#status, late ? this.#texts.late : this.#texts.tryLater);
    }
  }

  #submit(): void {
    const rate = this.#visit.told.rate;
    const score = Number(this.#inputs.find((input) => input.checked)?.value ?? 0);
    if (!rate || !score || this.#sent) {
      return;
    }
    const { conversation } = rate;
    this.#sent = this.#visit.send({ t: "rate", conversation, score, comment: this.#comment.value.trim() });
    this.#send.disabled = this.#sent;
    setText(this.#status, this.#sent ? "" : this.#texts.noConnection);
  }

  #draw(): void {
    const score = this.#visit.told.rate?.score ?? 0;
    const asks = !score || this.#changing;
    const chosen = this.#inputs.some((input) => input.checked);
    this.#choose.hidden = !asks;
    this.#more.hidden = !asks || !chosen;
    if (this.#more.hidden) {
      this.#comment.remove();
    } else {
      this.#more.append(this.#comment);
    }
    this.#send.hidden = !chosen;
    (this.#send.parentElement as HTMLElement).hidden = !asks;
    this.#done.hidden = asks;
    setText(this.#words, score ? this.#texts.rated(this.#texts.scores[score - 1] ?? "") : "");
  }
}
