/** What the script tag says: which site, which language, which looks, and where the hub is. */

import { LANGUAGES, type Language } from "./texts/texts";

/** The file name of the second part; the build puts it in, with the hash that its content must have. */
declare const MORE: string;

export interface Site {
  readonly key: string;
  readonly lang: Language;
  readonly theme: "light" | "dark" | "auto";
  /** Six hexadecimal digits, or null for the colour of the product. */
  readonly color: string | null;
  readonly socketUrl: string;
  /** The second part of the script, loaded when the panel is opened first. */
  readonly moreUrl: string;
  /** The nonce of the script tag, for a page whose policy asks for one. */
  readonly nonce: string;
  /** Whose chat it is, as `userOf` tells; "" for nobody's. */
  readonly user?: string;
}

/** The attributes `data-site`, `data-lang`, `data-theme` and `data-color` of the script at `src`; null without a site. */
export function readSite(src: string, attributes: DOMStringMap, browserLanguage: string, nonce = ""): Site | null {
  const { site, lang, theme, color } = attributes;
  if (!site) {
    return null;
  }
  const url = new URL("/ws/chat", src);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  url.searchParams.set("site", site);
  return {
    key: site,
    lang: supported(lang) ?? supported(browserLanguage) ?? "en",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    color: sixDigits(color),
    socketUrl: url.href,
    nonce,
    moreUrl: new URL(`/widget/${MORE}`, src).href,
  };
}

/** `url` without what may be secret: the path and the campaign marks (`utm_…`) stay, other parameters go. */
export function publicAddress(url: string): string {
  let parts: URL;
  try {
    parts = new URL(url);
  } catch {
    return "";
  }
  const { protocol, origin, pathname, searchParams } = parts;
  if (protocol !== "http:" && protocol !== "https:") {
    return "";
  }
  const marks = new URLSearchParams([...searchParams].filter(([name]) => name.startsWith("utm_"))).toString();
  return `${origin}${pathname}${marks && `?${marks}`}`.slice(0, 1000);
}

function supported(tag: string | undefined): Language | undefined {
  const primary = tag?.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((lang) => lang === primary);
}

function sixDigits(color: string | undefined): string | null {
  const digits = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(color?.trim() ?? "")?.[1]?.toLowerCase();
  return digits?.length === 3 ? digits.replace(/./g, "$&$&") : (digits ?? null);
}
