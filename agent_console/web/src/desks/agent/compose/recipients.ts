/** What is typed or pasted into a line of addresses, taken apart. Pure. */

import type { MailAddress } from '@/generated/views';

export interface Taken {
  readonly found: readonly MailAddress[];
  /** What is no address, as it was typed. */
  readonly left: readonly string[];
}

const LOCAL = /^[^\s"(),:;<>@[\\\]\u0000-\u001f\u007f-\u009f]{1,64}$/;
const DOMAIN = /^(?!-)[^\s"(),:;<>@[\\\]\u0000-\u001f\u007f-\u009f]{1,253}(?<!-)$/;
// what the hub sends by takes no others
const ASCII = /^[\u0020-\u007e]*$/;

/** Whether the hub would take it: one plain address. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  const isDotted = text.includes('..') || [local, domain].some((part) => part.startsWith('.') || part.endsWith('.'));
  return at > 0 && ASCII.test(text) && LOCAL.test(local) && DOMAIN.test(domain) && !isDotted;
}

/** The addresses in `a@b.c, "Petrov, Ivan" <ivan@b.c>; d@e.f`. */
export function taken(typed: string): Taken {
  const found: MailAddress[] = [];
  const left: string[] = [];
  for (const piece of pieces(typed)) {
    const named = /^(.*)<([^<>]*)>$/su.exec(piece);
    const address = (named?.[2] ?? piece).trim().replace(/^mailto:/i, '').toLowerCase();
    const name = (named?.[1] ?? '').trim().replace(/^"(.*)"$/su, '$1').replaceAll('\\"', '"').trim();
    if (isAddress(address)) found.push({ address, name });
    else left.push(piece);
  }
  return { found, left };
}

/** Cut at commas, semicolons and line ends, but not within quotes or angle brackets. */
function pieces(typed: string): readonly string[] {
  const cut: string[] = [];
  let piece = '';
  let [isQuoted, isAngled] = [false, false];
  for (const sign of typed) {
    if (sign === '"') isQuoted = !isQuoted;
    else if (sign === '<') isAngled = true;
    else if (sign === '>') isAngled = false;
    if (!isQuoted && !isAngled && /[,;\n\r\t]/.test(sign)) {
      cut.push(piece);
      piece = '';
    } else piece += sign;
  }
  return [...cut, piece].map((one) => one.trim()).filter(Boolean).flatMap(several);
}

/** `a@b.c d@e.f` are two; `Ivan Petrov` is one that is wrong. */
const several = (piece: string): readonly string[] => {
  const words = piece.split(/\s+/u);
  return words.length > 1 && words.every((word) => isAddress(word.toLowerCase())) ? words : [piece];
};

/** The line with more addresses, each once. */
export function withMore(line: readonly MailAddress[], more: readonly MailAddress[]): readonly MailAddress[] {
  const known = new Set(line.map((one) => one.address));
  return [...line, ...more.filter(({ address }) => !known.has(address) && known.add(address))];
}

export const without = (line: readonly MailAddress[], fewer: readonly MailAddress[]): readonly MailAddress[] => {
  const gone = new Set(fewer.map((one) => one.address));
  return line.filter((one) => !gone.has(one.address));
};

/** Whether all of `some` stand in the line. */
export const hasAll = (line: readonly MailAddress[], some: readonly MailAddress[]): boolean => without(some, line).length === 0;
