/** `<script async src="…/widget.js" data-site="KEY"></script>`: puts the chat on the page. */

import { TouchlineChat } from "./element";
import { forgetOthers, type Source, userOf } from "./identity";
import { readSite } from "./site";

const TAG = "touchline-chat";

/** What the page may have set before this script ran, and what it finds there after. */
interface Page {
  Touchline?: { identity?: Source; identify?: (source: Source) => void };
}

function start(script: HTMLScriptElement | null): void {
  const site = script && readSite(script.src, script.dataset, navigator.language, script.nonce);
  if (!site) {
    console.error('Touchline: the script tag of the chat needs data-site="KEY"');
    return;
  }
  if (customElements.get(TAG)) {
    return; // the tag is on the page twice
  }
  customElements.define(TAG, TouchlineChat);
  let source: Source = (window as Page).Touchline?.identity ?? script.dataset["identity"];
  let token = "";
  let user = "";
  let chat: TouchlineChat | undefined;

  const asked = async (): Promise<string> => {
    try {
      token = (await (typeof source === "function" ? source() : source)) ?? "";
    } catch (error) {
      console.error("Touchline:", error); // what was said last may still be good
    }
    return token;
  };
  /** The chat of whom `token` is about takes the place of the one there was. */
  const show = (): void => {
    chat?.end();
    user = userOf(token);
    forgetOthers(site.key, user);
    chat = new TouchlineChat({ ...site, user }, user ? word : undefined);
    // beside the body: whatever the page does to that moves nothing of this
    document.documentElement.append(chat);
  };
  /** Asked before each hello: a page may stay open for longer than a token is good, and its visitor may be another. */
  const word = async (): Promise<string> => {
    if (userOf(await asked()) !== user) {
      show();
    }
    return token;
  };
  const identify = async (next: Source): Promise<void> => {
    source = next;
    if (userOf(await asked()) === user && chat) {
      chat.prove();
    } else {
      show();
    }
  };
  (window as Page).Touchline = { identify: (next) => void identify(next) };
  // an empty attribute: the page says later who it is
  const begin = (): void => void (source === undefined ? show() : source && identify(source));
  if (document.body) {
    begin();
  } else {
    document.addEventListener("DOMContentLoaded", begin);
  }
}

start(
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript
    : document.querySelector<HTMLScriptElement>('script[data-site][src*="widget.js"]'),
);
