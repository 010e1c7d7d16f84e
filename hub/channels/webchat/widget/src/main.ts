/** `<script async src="…/widget.js" data-site="KEY"></script>`: puts the chat on the page. */

import { TouchlineChat } from "./element";
import { readSite } from "./site";

const TAG = "touchline-chat";

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
  // beside the body: whatever the page does to that moves nothing of this
  const show = (): void => document.documentElement.append(new TouchlineChat(site));
  if (document.body) {
    show();
  } else {
    document.addEventListener("DOMContentLoaded", show);
  }
}

start(
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript
    : document.querySelector<HTMLScriptElement>('script[data-site][src*="widget.js"]'),
);
