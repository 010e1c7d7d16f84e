/** The custom element: a bubble in the corner of the page, and the panel it opens. */

import { unread } from "./chat";
import { browserShelf, Memory } from "./memory";
import { publicAddress, type Site } from "./site";
import { Tab } from "./tab";
import { TEXTS } from "./texts/texts";
import bubbleRules from "./view/bubble.css";
import composerRules from "./view/composer.css";
import { h, ICONS, icon, setText } from "./view/dom";
import logRules from "./view/log.css";
import { Panel } from "./view/panel";
import panelRules from "./view/panel.css";
import rootRules from "./view/root.css";
import { Visit } from "./visit";

const PHONE = "(max-width: 480px), (max-height: 480px)";
const OPENS = 'a[href="#touchline-chat"]';

/** The hash that the second part must have; the build puts it in. */
declare const MORE_INTEGRITY: string;

/** A window of a browser that has Trusted Types. */
interface Trusting {
  trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
  };
}

/** What the second part of the script works with. */
export interface Parts {
  readonly site: Site;
  readonly visit: Visit;
  readonly panel: Panel;
  rules(css: string): void;
}

/** What it does: show what has changed. */
export interface More {
  update(): void;
}

export class TouchlineChat extends HTMLElement {
  readonly #site: Site;
  readonly #tab: Tab;
  readonly #memory: Memory;
  readonly #visit: Visit;
  readonly #root: HTMLElement;
  readonly #bubble: HTMLButtonElement;
  readonly #badge = h("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  readonly #news = h("div", { class: "hidden", role: "status" });
  readonly #room: (rules: string) => void;
  /** The second part of the script, once it is here. Declared only: for a class with static fields, older browsers need all
   *  private members written at length. */
  declare static more?: (parts: Parts) => More;
  readonly #rules: (rules: string) => void;
  #more: More | null = null;
  #panel: Panel | null = null;
  #isOpen = false;
  #started = false;
  #drawing = false;
  readonly #gone = new AbortController();

  /** `identity` gives the site's word on who the visitor is, for a chat that is somebody's. */
  constructor(site: Site, identity?: () => Promise<string>) {
    super();
    this.#site = site;
    this.#tab = new Tab(site.key, site.user);
    this.#memory = new Memory(site.key, browserShelf(), site.user);
    this.#visit = new Visit(
      {
        lang: site.lang,
        memory: this.#memory,
        open: () => new WebSocket(site.socketUrl),
        address: () => ({
          page: publicAddress(location.href),
          title: document.title,
          referrer: publicAddress(document.referrer),
        }),
        random: () => Math.random(),
        newId,
        ...(identity && { identity }),
      },
      () => this.#changed(),
    );
    this.#bubble = h(
      "button",
      { type: "button", class: "bubble", "aria-expanded": "false", "aria-controls": "panel" },
      icon(ICONS.chat),
      icon(ICONS.down),
      this.#badge,
    );
    this.#bubble.addEventListener("click", () => (this.#isOpen ? this.close() : this.open()));
    this.#root = h("div", { class: "root", role: "region" }, this.#bubble, this.#news);
    this.#root.setAttribute("aria-label", TEXTS[site.lang].chat);
    this.#root.lang = site.lang;
    const shadow = this.attachShadow({ mode: "open" });
    addRules(shadow, rootRules + bubbleRules + panelRules + logRules + composerRules);
    if (site.color) {
      addRules(shadow, plainAccent(site.color));
    }
    this.#room = addRules(shadow, "");
    this.#rules = (rules) => void addRules(shadow, rules);
    shadow.append(this.#root);
    for (const kind of ["keydown", "keypress", "keyup"]) {
      // the shortcuts of the page are not meant for what is written here
      this.#root.addEventListener(kind, (event) => event.stopPropagation());
    }
  }

  connectedCallback(): void {
    if (this.#started) {
      return; // the page has only moved the element
    }
    this.#started = true;
    this.#listen();
    this.#visit.resume();
    if (this.#tab.read("panel") && this.#memory.session && !matchMedia(PHONE).matches) {
      this.#open(false);
    }
    this.#changed();
  }

  /** Open the panel. */
  open(): void {
    this.#open(true);
  }

  /** Take it off the page for good. */
  end(): void {
    this.#gone.abort();
    this.#visit.sleep();
    this.remove();
  }

  /** The site has a new word on who the visitor is, who is the same. */
  prove(): void {
    this.#visit.prove();
  }

  /** Close the panel; the conversation goes on. */
  close(): void {
    if (this.#panel && this.#isOpen) {
      this.#isOpen = false;
      this.#panel.element.hidden = true;
      this.#tab.write("panel", "");
      this.#bubble.focus();
      this.#visit.rest();
      this.#draw();
    }
  }

  #open(focus: boolean): void {
    if (!this.#panel) {
      this.#panel = this.#makePanel();
      this.#panel.element.id = "panel";
      this.#root.prepend(this.#panel.element);
      this.#loadMore(this.#panel);
    }
    this.#isOpen = true;
    this.#tab.write("panel", "open");
    this.#visit.begin();
    this.#fitViewport();
    this.#panel.update(this.#visit.chat);
    this.#more?.update();
    this.#panel.show(focus);
    this.#draw();
    this.#look();
  }

  /** Without the second part the chat still works: it has no files, forms and ratings then. */
  #loadMore(panel: Panel): void {
    const script = document.createElement("script");
    const { moreUrl, nonce } = this.#site;
    try {
      const policy = (window as Trusting).trustedTypes?.createPolicy("touchline", { createScriptURL: (url) => url });
      script.src = policy?.createScriptURL(moreUrl) ?? moreUrl;
    } catch {
      return; // the page's policy allows no script to load another
    }
    script.integrity = MORE_INTEGRITY;
    script.crossOrigin = "anonymous";
    script.nonce = nonce;
    script.onload = () => {
      script.remove();
      if (TouchlineChat.more) {
        this.#more = TouchlineChat.more({ site: this.#site, visit: this.#visit, panel, rules: this.#rules });
        panel.log.redraw();
        this.#changed();
      }
    };
    document.head.append(script);
  }

  #makePanel(): Panel {
    const tab = this.#tab;
    const visit = this.#visit;
    return new Panel(this.#site, visit.chat, {
      draft: tab.read("draft"),
      send: (text) => {
        tab.write("draft", "");
        visit.write(text);
      },
      changed: (text) => {
        tab.write("draft", text);
        visit.typed(text.trim() !== "");
      },
      leave: () => visit.leave(),
      close: () => this.close(),
      looked: () => this.#look(),
    });
  }

  #listen(): void {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const { theme } = this.#site;
    const paint = (): void => {
      this.#root.dataset["theme"] = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    };
    paint();
    const { signal } = this.#gone;
    const on = <E extends Event>(whom: EventTarget | null, kind: string, then: (event: E) => void): void =>
      whom?.addEventListener?.(kind, then as EventListener, { signal });
    on(dark, "change", paint);
    on<StorageEvent>(window, "storage", ({ key, newValue }) => {
      const change = this.#memory.readChange(key, newValue);
      if (change) {
        this.#visit.elsewhere(change);
      }
    });
    on(window, "online", () => this.#visit.hurry());
    on(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") {
        this.#visit.hurry();
        this.#look();
      }
    });
    let wake: (() => void) | null = null;
    // an open socket would keep the page out of the browser's back and forward cache
    on(window, "pagehide", () => (wake = this.#visit.sleep()));
    on(window, "pageshow", () => {
      wake?.();
      wake = null;
    });
    on(document, "click", (event) => {
      if (event.target instanceof Element && event.target.closest(OPENS)) {
        event.preventDefault();
        this.open();
      }
    });
    for (const kind of ["resize", "scroll"]) {
      on(window.visualViewport, kind, () => this.#fitViewport());
    }
  }

  /** On a phone the panel is what the keyboard leaves of the screen. */
  #fitViewport(): void {
    const viewport = window.visualViewport;
    if (this.#isOpen && viewport && viewport.scale === 1) {
      this.#room(`.root{--top:${viewport.offsetTop}px;--height:${viewport.height}px}`);
    }
  }

  #look(): void {
    if (this.#panel?.atEnd && document.visibilityState === "visible") {
      this.#visit.look();
    }
  }

  /** However much changes in one turn, it is drawn once. */
  #changed(): void {
    if (!this.#drawing) {
      this.#drawing = true;
      queueMicrotask(() => {
        this.#drawing = false;
        this.#panel?.update(this.#visit.chat);
        this.#more?.update();
        this.#look();
        this.#draw();
      });
    }
  }

  #draw(): void {
    const texts = TEXTS[this.#site.lang];
    const count = this.#isOpen ? 0 : unread(this.#visit.chat);
    const name = this.#isOpen ? texts.close : count ? `${texts.open}, ${texts.unread(count)}` : texts.open;
    this.#root.classList.toggle("open", this.#isOpen);
    this.#bubble.setAttribute("aria-expanded", String(this.#isOpen));
    this.#bubble.setAttribute("aria-label", name);
    this.#badge.hidden = !count;
    setText(this.#badge, count > 9 ? "9+" : String(count || ""));
    setText(this.#news, count ? texts.unread(count) : "");
  }
}

/** Give `shadow` more rules, in a way no policy of the page forbids. Returns what replaces them. */
function addRules(shadow: ShadowRoot, rules: string): (rules: string) => void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
    return (others) => sheet.replaceSync(others);
  } catch {
    // before 2023 Safari had no such sheets
    const style = h("style", {}, rules);
    shadow.append(style);
    return (others) => (style.textContent = others);
  }
}

/** The bubble's colours; the panel's, which must be read, come with the second part. */
function plainAccent(digits: string): string {
  const value = parseInt(digits, 16);
  const light = (value >> 16) * 3 + ((value >> 8) & 255) * 6 + (value & 255) > 1500;
  return `.root.root{--accent:#${digits};--on-accent:${light ? "#0b1220" : "#fff"}}`;
}

/** A random id of 122 bits; `randomUUID` exists on secure pages only. */
function newId(): string {
  if (typeof crypto.randomUUID === "function") {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
