/** The messages on the screen: added and changed one by one, so that a screen reader says only what is new. */

import type { Said } from "../chat";
import type { FileView } from "../frames";
import type { Row, Status } from "../layout";
import type { Texts } from "../texts/texts";
import { timeOfDay } from "../wording";
import { h, ICONS, icon, setText } from "./dom";

const NEAR_THE_END_PX = 48;

interface Shown {
  row: Row;
  readonly element: HTMLElement;
}

/** `looked` is called when the newest message has come into sight. */
export class LogView {
  readonly element: HTMLElement;
  /** Leads to the newest message, while it is out of sight. */
  readonly newer: HTMLButtonElement;
  readonly #texts: Texts;
  readonly #lang: string;
  readonly #greeting: HTMLElement;
  /** Makes links of the addresses in a text; until that part of the script has come, a text is shown as it is. */
  words: ((text: string) => (Node | string)[]) | null = null;
  /** Draws the files of a message; they are drawn when the part of the script that can has come. */
  files: ((files: readonly FileView[], line: Said) => Node) | null = null;
  #shown = new Map<string, Shown>();
  #atEnd = true;
  #top = 0;

  constructor(texts: Texts, lang: string, looked: () => void) {
    this.#texts = texts;
    this.#lang = lang;
    this.#greeting = h(
      "div",
      { class: "greeting", hidden: "" },
      h("p", { class: "hello" }, texts.greeting),
      h("p", {}, texts.invitation),
    );
    this.element = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": texts.messages }, this.#greeting);
    this.newer = h("button", { type: "button", class: "newer", hidden: "" }, icon(ICONS.down), texts.newer);
    this.newer.addEventListener("click", () => this.toEnd());
    this.element.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.element;
      const near = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
      // only going up leaves the end: a panel that became lower has not been scrolled by anybody
      if (near || scrollTop < this.#top) {
        this.#atEnd = near;
      }
      this.#top = scrollTop;
      if (near) {
        this.newer.hidden = true;
        looked();
      }
    });
    if (typeof ResizeObserver === "function") {
      new ResizeObserver(() => this.stay()).observe(this.element);
    }
  }

  /** The newest message is in sight, if the panel is. */
  get atEnd(): boolean {
    return this.#atEnd;
  }

  toEnd(): void {
    this.#atEnd = true;
    this.newer.hidden = true;
    this.stay();
  }

  /** Show `rows`. `quiet`: they are not news, and not to be read out. `greet`: there is nothing else to show. */
  update(rows: readonly Row[], quiet: boolean, greet: boolean): void {
    this.element.setAttribute("aria-live", quiet ? "off" : "polite");
    this.#greeting.hidden = !greet;
    const before = this.#shown;
    const after = new Map<string, Shown>();
    let place: ChildNode | null = this.#greeting.nextSibling;
    for (const row of rows) {
      const known = before.get(row.key);
      const shown = known && this.#fits(known, row) ? known : { row, element: this.#make(row) };
      if (shown !== known || !isSame(known.row, row)) {
        this.#adapt(shown.element, row);
        shown.row = row;
      }
      after.set(row.key, shown);
      if (shown.element === place) {
        place = place.nextSibling;
      } else {
        this.element.insertBefore(shown.element, place);
      }
      if (!known && row.kind === "said" && !quiet) {
        if (row.said.kind === "visitor") {
          this.#atEnd = true;
        } else {
          this.newer.hidden = this.#atEnd;
        }
      }
    }
    for (const [key, { element }] of before) {
      if (after.get(key)?.element !== element) {
        element.remove();
      }
    }
    this.#shown = after;
    this.stay();
  }

  /** Draw everything anew. */
  redraw(): void {
    for (const { element } of this.#shown.values()) {
      element.remove();
    }
    this.#shown = new Map();
  }

  /** Keep the newest message in sight, if it was. */
  stay(): void {
    if (this.#atEnd) {
      this.element.scrollTop = this.element.scrollHeight;
    }
  }

  /** The element made for `known` can show `row` too. */
  #fits({ row: known }: Shown, row: Row): boolean {
    return known.kind === "said" && row.kind === "said"
      ? known.said.text === row.said.text &&
          known.said.kind === row.said.kind &&
          known.said.files?.[0]?.id === row.said.files?.[0]?.id // an upload has another name once it is sent
      : known.kind === row.kind && this.#text(known) === this.#text(row);
  }

  #make(row: Row): HTMLElement {
    if (row.kind !== "said") {
      return h("div", { class: row.kind }, this.#text(row));
    }
    const text = h("div", { class: "text", dir: "auto" });
    text.append(...(this.words?.(row.said.text) ?? [row.said.text]));
    const { files } = row.said;
    if (files?.length) {
      const words = h("div", {}, ...text.childNodes);
      text.replaceChildren(words, this.files?.(files, row.said) ?? files.map(({ name }) => name).join(", "));
    }
    return h("div", {}, h("div", { class: "name" }), text, h("div", { class: "about" }, h("time"), h("span")));
  }

  #adapt(element: HTMLElement, row: Row): void {
    if (row.kind !== "said") {
      return;
    }
    const { said, first, last, status } = row;
    const [name, , about] = element.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
    const [time, state] = about.children as unknown as [HTMLTimeElement, HTMLElement];
    element.className = `said ${said.kind}${first ? " first" : ""}${last ? " last" : ""} ${status ?? ""}`;
    name.hidden = !first || !said.name;
    setText(name, said.name);
    about.hidden = !last && !status;
    setText(time, timeOfDay(this.#lang, said.at));
    time.dateTime = new Date(said.at).toISOString();
    setText(state, status ? this.#status(status) : "");
  }

  #status(status: Status): string {
    return status === "sending" || status === "sent" || status === "retry"
      ? this.#texts[status]
      : this.#texts.refused[status];
  }

  #text(row: Row): string {
    if (row.kind === "day") {
      return row.text;
    }
    if (row.kind === "said") {
      return row.said.text;
    }
    const { kind, name } = row.note;
    return kind === "closed" ? this.#texts.closed : this.#texts[kind](name);
  }
}

/** Whether two rows of one line look the same. */
function isSame(a: Row, b: Row): boolean {
  return (
    a.kind === "said" &&
    b.kind === "said" &&
    a.said === b.said &&
    a.first === b.first &&
    a.last === b.last &&
    a.status === b.status
  );
}
