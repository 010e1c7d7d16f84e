/** The panel: who answers, the place in line, the messages, and where to write. */

import { type Chat, isPending } from "../chat";
import { layout } from "../layout";
import type { Site } from "../site";
import { TEXTS, type Texts } from "../texts/texts";
import { placeInLine } from "../wording";
import { Composer } from "./composer";
import { h, ICONS, icon, iconButton, setText, textButton } from "./dom";
import { LogView } from "./log";

const LOST_SHOWN_AFTER_MS = 1_000;

/** What the panel asks of the page. */
export interface Actions {
  readonly draft: string;
  send(text: string): void;
  changed(text: string): void;
  leave(): void;
  close(): void;
  looked(): void;
}

export class Panel {
  readonly element: HTMLElement;
  readonly log: LogView;
  readonly composer: Composer;
  readonly #texts: Texts;
  readonly #lang: string;
  readonly #avatar = h("div", { class: "avatar", "aria-hidden": "true" });
  readonly #title = h("div", { class: "title", id: "title" });
  readonly #subtitle = h("div", { class: "subtitle" });
  readonly #bar = h("div", { class: "bar", role: "status" });
  readonly #typing: HTMLElement;
  readonly #typingName = h("span");
  readonly #end: HTMLButtonElement;
  readonly #sure: HTMLElement;
  readonly #again: HTMLElement;
  #chat: Chat;
  #anew = false;
  #lost = false;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(site: Site, chat: Chat, actions: Actions) {
    const texts = TEXTS[site.lang];
    this.#texts = texts;
    this.#lang = site.lang;
    this.#chat = chat;
    this.log = new LogView(texts, site.lang, () => actions.looked());
    this.composer = new Composer(texts, actions.draft, actions.send.bind(actions), actions.changed.bind(actions));
    this.#end = textButton("end", texts.end, () => this.#ask(true));
    this.#sure = h(
      "div",
      { class: "sure", role: "group", "aria-labelledby": "sure", hidden: "" },
      h("span", { id: "sure" }, texts.endAsk),
      h(
        "div",
        {},
        textButton("yes", texts.endYes, () => {
          this.#ask(false);
          actions.leave();
        }),
        textButton("no", texts.endNo, () => this.#ask(false)),
      ),
    );
    this.#again = h(
      "div",
      { class: "again", hidden: "" },
      textButton("primary", texts.again, () => {
        this.#anew = true;
        this.update(this.#chat);
        this.composer.focus();
      }),
    );
    this.#typing = h("div", { class: "typing" }, h("i"), h("i"), h("i"), this.#typingName);
    this.element = h(
      "section",
      { class: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: "" },
      h(
        "div",
        { class: "head" },
        this.#avatar,
        h("div", { class: "who" }, this.#title, this.#subtitle),
        this.#end,
        iconButton("close", texts.close, ICONS.close, () => actions.close()),
      ),
      this.#bar,
      this.log.element,
      h("div", { class: "foot" }, this.log.newer, this.#typing),
      this.#sure,
      this.#again,
      this.composer.element,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) {
        if (this.#sure.hidden) {
          actions.close();
        } else {
          this.#ask(false);
        }
      }
    });
  }

  /** The newest message is in sight. */
  get atEnd(): boolean {
    return !this.element.hidden && this.log.atEnd;
  }

  /** Show the panel, and move the focus into it: to the text, or where that would raise a keyboard, to the panel. */
  show(focus: boolean): void {
    this.element.hidden = false;
    this.log.toEnd();
    if (focus && matchMedia("(pointer: coarse)").matches) {
      this.element.focus();
    } else if (focus) {
      this.composer.focus();
    }
  }

  update(chat: Chat): void {
    const before = this.#chat;
    this.#chat = chat;
    this.#anew &&= chat.ended;
    this.#watchLoss(chat);

    const named = chat.agent || chat.title || this.#texts.title;
    setText(this.#title, named);
    setText(this.#subtitle, this.#under(chat));
    this.#drawAvatar(chat.agent);
    this.#end.hidden = !chat.open;
    this.#end.disabled = chat.link !== "live";

    const place = chat.waiting && placeInLine(this.#texts, chat.waiting.place, chat.waiting.ewtS);
    this.#bar.className = this.#lost ? "bar lost" : "bar";
    setText(this.#bar, this.#lost ? this.#texts.lost : (place ?? ""));

    const returning = chat.session !== null && !chat.greeted && chat.link !== "lost";
    this.log.update(layout(chat, this.#lang, Date.now()), !before.greeted, !chat.lines.length && !returning);
    this.#typing.classList.toggle("on", chat.agentTyping);
    setText(this.#typingName, chat.agentTyping ? this.#texts.typing(chat.agent) : "");

    const unsent = chat.lines.some(isPending);
    const over = chat.ended && !this.#anew && !unsent;
    if (over && !this.composer.element.hidden && this.element.contains(this.#focused())) {
      this.element.focus();
    }
    this.#again.hidden = !over;
    this.composer.element.hidden = over;
    if (!chat.open) {
      this.#sure.hidden = true;
    }
  }

  #under(chat: Chat): string {
    if (chat.agent) {
      return chat.title;
    }
    return !chat.greeted && chat.link === "connecting" ? this.#texts.connecting : "";
  }

  #drawAvatar(agent: string): void {
    const initial = [...agent][0]?.toLocaleUpperCase(this.#lang) ?? "";
    if (this.#avatar.textContent !== initial || !this.#avatar.firstChild) {
      this.#avatar.replaceChildren(initial || icon(ICONS.chat));
    }
  }

  /** A loss that is repaired within a second is nobody's worry. */
  #watchLoss(chat: Chat): void {
    if (chat.link !== "lost") {
      clearTimeout(this.#lostTimer);
      this.#lostTimer = undefined;
      this.#lost = false;
    } else {
      this.#lostTimer ??= setTimeout(() => {
        this.#lost = true;
        this.update(this.#chat);
      }, LOST_SHOWN_AFTER_MS);
    }
  }

  #ask(sure: boolean): void {
    this.#sure.hidden = !sure;
    if (sure) {
      this.#sure.querySelector<HTMLElement>(".no")?.focus();
    } else {
      this.composer.focus();
    }
  }

  #focused(): Element | null {
    return (this.element.getRootNode() as ShadowRoot).activeElement;
  }
}
