/** What the second part adds to an open panel, and when each of it is to be seen. */

import type { More, Parts } from "../element";
import type { HubFrame } from "../frames";
import { publicAddress } from "../site";
import { Tab } from "../tab";
import { MORE, type MoreTexts } from "../texts/more";
import { TEXTS } from "../texts/texts";
import { h, setText, textButton } from "../view/dom";
import { CallBack } from "./callback";
import { accentRules } from "./colour";
import { closedWords, isOff } from "./hours";
import { linkify } from "./linkify";
import rules from "./more.css";
import { PreChat } from "./prechat";
import { Rating } from "./rating";
import { ShownFiles } from "./shown";
import { save, transcript } from "./transcript";
import { Tray } from "./tray";
import { moment } from "./words";

const PAGE_EVERY_MS = 3_000;
const PHONE = "(max-width: 480px), (max-height: 480px)";
const FOCUSABLE = "button,input,textarea,select,a[href],[tabindex='0']";

export class Extras implements More {
  readonly #parts: Parts;
  readonly #texts: MoreTexts;
  readonly #closed = h("div", { class: "notice", role: "status" });
  readonly #promised = h("div", { class: "notice", role: "status" });
  readonly #call: HTMLButtonElement;
  readonly #save: HTMLButtonElement;
  readonly #tools: HTMLElement;
  readonly #tray: Tray;
  readonly #form: PreChat;
  readonly #callback: CallBack;
  readonly #rating: Rating;
  #accent = "";
  #repeated = false;
  #formShown = false;
  #page = publicAddress(location.href);

  constructor(parts: Parts) {
    const { site, visit, panel } = parts;
    const texts = MORE[site.lang];
    const changed = (): void => {
      panel.update(visit.chat);
      this.update();
    };
    this.#parts = parts;
    this.#texts = texts;
    parts.rules(rules);
    const tab = new Tab(site.key, site.user);
    const files = new URL(site.socketUrl);
    files.protocol = files.protocol === "ws:" ? "http:" : "https:";
    const fileUrl = (path: string, name?: string): string => {
      const url = new URL(`/chat/files${path}${files.search}`, files);
      if (name) {
        url.searchParams.set("name", name);
      }
      return url.href;
    };
    const shown = new ShownFiles(texts, site.lang, visit, (id) => fileUrl(`/${id}`), () => panel.log.stay());
    this.#tray = new Tray(texts, site.lang, visit, panel, (name) => fileUrl("", name), (id, file) => shown.keep(id, file));
    this.#form = new PreChat(texts, site.lang, visit, tab, () => {
      changed();
      panel.composer.focus();
    });
    this.#callback = new CallBack(texts, site.lang, visit, () => {
      changed();
      (this.#call.hidden ? panel.composer : this.#call).focus();
    });
    this.#rating = new Rating(texts, visit, tab, changed);
    this.#call = textButton("tool", texts.call, () => {
      this.#callback.open();
      changed();
      this.#callback.sheet.focus();
    });
    this.#save = textButton("tool", texts.save, () => {
      const words = transcript(visit.chat, TEXTS[site.lang], texts, site.lang);
      save(new Blob([words], { type: "text/plain;charset=utf-8" }), `${visit.chat.title || "chat"}.txt`);
    });
    this.#tools = h("div", { class: "tools" }, this.#call, this.#save);
    panel.element.querySelector(".bar")?.after(this.#closed, this.#promised);
    panel.log.element.after(this.#form.element);
    panel.element.querySelector(".again")?.before(this.#rating.element);
    panel.element.append(this.#tools);
    panel.log.words = (text) =>
      linkify(text).map(({ text: words, href }) =>
        href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, words) : words,
      );
    panel.log.files = (list) => shown.draw(list);
    panel.element.addEventListener("keydown", (event) => this.#keepFocus(event));
    visit.also = (frame) => this.#heard(frame);
    const moving = setInterval(() => (panel.element.isConnected ? this.#moved() : clearInterval(moving)), PAGE_EVERY_MS);
    this.#colours();
  }

  /** Show what has changed. The panel has been drawn just before. */
  update(): void {
    const { visit, panel, site } = this.#parts;
    const { chat, told } = visit;
    const off = isOff(chat, told);
    const asks = this.#form.update();
    const calls = this.#callback.isOpen && !told.callback;
    const inForm = asks || calls;
    const { element } = this.#callback.sheet;
    element.hidden = !calls;
    if (calls && !element.isConnected) {
      this.#form.element.after(element);
    } else if (!calls) {
      element.remove();
    }
    this.#form.element.hidden = calls;
    this.#tray.update();
    this.#rating.update(!panel.composer.element.hidden);
    if (inForm) {
      panel.composer.element.hidden = panel.log.element.hidden = true;
      this.#tray.element.hidden = this.#rating.element.hidden = true;
    } else {
      panel.log.element.hidden = false;
    }
    panel.element.classList.toggle("filling", inForm);
    this.#call.hidden = !told.site?.callback || !!told.callback || inForm || off;
    this.#save.hidden = !chat.lines.some(({ kind }) => kind === "visitor" || kind === "agent") || inForm;
    this.#tools.hidden = this.#call.hidden && this.#save.hidden;
    setText(this.#closed, off ? this.#texts.off : closedWords(chat, told, this.#texts, site.lang, Date.now()));
    panel.element.classList.toggle("off", off);
    const { callback } = told;
    const at = callback?.at ? moment(site.lang, Date.parse(callback.at), Date.now()) : null;
    const promise = callback ? this.#texts.promised(callback.phone, at) : "";
    setText(this.#promised, promise && this.#repeated ? `${this.#texts.promisedBefore} ${promise}` : promise);
    const invitation = panel.log.element.querySelector(".greeting p:last-child");
    if (invitation && told.site?.greeting) {
      setText(invitation, told.site.greeting);
    }
    if (asks && !this.#formShown && !panel.element.hidden) {
      setTimeout(() => this.#form.focus());
    }
    this.#formShown = asks;
    panel.element.setAttribute("aria-modal", String(matchMedia(PHONE).matches));
  }

  #heard(frame: HubFrame): void {
    if (frame.t === "hours" && this.#parts.visit.told.site) {
      this.#parts.visit.told = { ...this.#parts.visit.told, site: { ...this.#parts.visit.told.site, away: frame.away } };
    }
    if (frame.t === "callback") {
      this.#repeated = frame.repeated ?? false;
    }
    this.#form.heard(frame);
    this.#callback.heard(frame);
    this.#rating.heard(frame);
    if (frame.t === "hello" || frame.t === "site") {
      this.#colours();
    }
    this.update();
  }

  /** The colours of the site: those of the script tag, else those the administrator chose. */
  #colours(): void {
    const { site, visit, rules: add } = this.#parts;
    const digits = site.color ?? visit.told.site?.accent?.slice(1) ?? "";
    if (digits && digits !== this.#accent) {
      this.#accent = digits;
      add(accentRules(digits).replaceAll(".root", ".root.root.root"));
    }
  }

  /** A page that changes its address without loading: the agent sees where the visitor is. */
  #moved(): void {
    const page = publicAddress(location.href);
    const { visit } = this.#parts;
    if (page && page !== this.#page && visit.send({ t: "page", page, title: document.title.slice(0, 200) })) {
      this.#page = page;
    }
  }

  /** On a phone the panel is the whole screen: the focus stays in it. */
  #keepFocus(event: KeyboardEvent): void {
    const { panel } = this.#parts;
    if (event.key !== "Tab" || !matchMedia(PHONE).matches) {
      return;
    }
    const all = [...panel.element.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      (element) => element.tabIndex >= 0 && element.getClientRects().length > 0 && !element.matches(":disabled"),
    );
    const active = (panel.element.getRootNode() as ShadowRoot).activeElement;
    const [first, last] = [all[0], all.at(-1)];
    if (event.shiftKey && (active === first || active === panel.element)) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && active === last) {
      event.preventDefault();
      first?.focus();
    }
  }
}
