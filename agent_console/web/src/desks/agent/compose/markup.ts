/**
 * The narrow HTML that a letter is written in: what is pasted or kept is brought down to it.
 *
 * It is read into a document that runs and loads nothing, and built anew from what is allowed: no attribute but the
 * target of a link gets through. The hub narrows it again before anything is kept or sent.
 */

const KEPT: Readonly<Record<string, string>> = {
  B: 'b', STRONG: 'b', I: 'i', EM: 'i', U: 'u', S: 's', STRIKE: 's', DEL: 's', A: 'a', UL: 'ul', OL: 'ol', LI: 'li', BLOCKQUOTE: 'blockquote',
  BR: 'br', P: 'p', DIV: 'div', CODE: 'code', PRE: 'pre', SUB: 'sub', SUP: 'sup',
};
const BOLD_LINES: ReadonlySet<string> = new Set(['H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'DT', 'CAPTION']);
const LINES: ReadonlySet<string> = new Set(['TR', 'SECTION', 'ARTICLE', 'HEADER', 'FOOTER', 'MAIN', 'ADDRESS', 'DD', 'FIGURE', 'FIGCAPTION', 'CENTER']);
const GONE: ReadonlySet<string> = new Set([
  'SCRIPT', 'STYLE', 'TITLE', 'HEAD', 'META', 'LINK', 'IFRAME', 'OBJECT', 'EMBED', 'TEMPLATE', 'NOSCRIPT', 'SVG', 'MATH', 'FORM', 'BUTTON', 'SELECT', 'TEXTAREA', 'INPUT',
]);
const FORMATTING = 'b, i, u, s, a, ul, ol, blockquote, code, pre, sub, sup';
const DEEPEST = 60;

/** The address a link may lead to, with `https://` where somebody left that out; null for what may be no link. */
export function linkTo(typed: string): string | null {
  const trimmed = typed.trim();
  if (!trimmed || /\s/u.test(trimmed)) return null;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(trimmed) && !/^[^/?#]*:\d+(?:[/?#]|$)/.test(trimmed) ? trimmed : trimmed.includes('@') && !trimmed.includes('/') ? `mailto:${trimmed}` : `https://${trimmed}`;
  try {
    const url = new URL(whole);
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** `source` as nodes of the page, built of what is allowed. */
export function narrowed(source: string): DocumentFragment {
  const read = new DOMParser().parseFromString(source, 'text/html');
  const made = document.createDocumentFragment();
  copy(read.body, made, 0);
  return made;
}

/** The same as HTML. */
export function narrowedHtml(source: string): string {
  const box = document.createElement('div');
  box.append(narrowed(source));
  return box.innerHTML;
}

/** Plain text as HTML that looks the same. */
export const htmlOf = (words: string): string => words.split('\n').map((line) => `<div>${escaped(line) || '<br>'}</div>`).join('');

export const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Whether there is anything that plain text does not have. */
export const isFormatted = (root: HTMLElement): boolean => root.querySelector(FORMATTING) !== null;

function copy(from: Node, into: Node, depth: number): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) into.appendChild(document.createTextNode(child.nodeValue ?? ''));
    else if (child.nodeType === Node.ELEMENT_NODE) element(child as Element, into, depth + 1);
  }
}

function element(from: Element, into: Node, depth: number): void {
  const name = from.tagName.toUpperCase();
  if (GONE.has(name) || depth > DEEPEST) return;
  // what programs for texts put around everything they copy
  const isNothing = name === 'B' && from instanceof HTMLElement && /^(?:normal|400)$/.test(from.style.fontWeight);
  const tag = isNothing ? undefined : BOLD_LINES.has(name) ? 'b' : LINES.has(name) ? 'div' : KEPT[name];
  if (name === 'TD' || name === 'TH') into.appendChild(document.createTextNode(into.hasChildNodes() ? '\u00a0\u00a0' : ''));
  if (tag === undefined) {
    copy(from, styled(from, into), depth);
    return;
  }
  const href = tag === 'a' ? linkTo(from.getAttribute('href') ?? '') : null;
  if (tag === 'a' && href === null) {
    copy(from, into, depth);
    return;
  }
  const made = document.createElement(tag);
  if (href !== null) made.setAttribute('href', href);
  const line = BOLD_LINES.has(name) ? document.createElement('div') : null;
  if (line) line.append(made);
  into.appendChild(line ?? made);
  copy(from, made, depth);
}

/** Bold and italic that are only a style. */
function styled(from: Element, into: Node): Node {
  if (from.tagName !== 'SPAN' || !(from instanceof HTMLElement)) return into;
  let place = into;
  const isBold = /^(?:bold|bolder|[6-9]00)$/.test(from.style.fontWeight);
  for (const [is, tag] of [[isBold, 'b'], [from.style.fontStyle === 'italic', 'i']] as const) {
    if (is) place = place.appendChild(document.createElement(tag));
  }
  return place;
}
