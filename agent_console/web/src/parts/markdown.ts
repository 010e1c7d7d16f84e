/**
 * The small Markdown of articles, as a tree of known tags and plain text: nothing of it is ever read as HTML.
 * The public help makes the same of it in `agent_console/small_markdown.py`; both read the same samples.
 */

export interface MarkNode {
  readonly tag: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly inside: readonly Mark[];
}
export type Mark = string | MarkNode;

const FENCE = /^```\w*\s*$/;
const HEADING = /^(#{1,3})\s+(\S.*)$/;
const RULE = /^(-{3,}|\*{3,})$/;
const BULLET = /^[-*]\s+(.*)$/;
const NUMBER = /^(\d{1,9})[.)]\s+(.*)$/;
const QUOTE = /^>\s?(.*)$/;
const ROW = /^\|.*\|$/;
const DIVIDER = /^\|(\s*:?-+:?\s*\|)+$/;
const BLOCKS = [FENCE, HEADING, RULE, BULLET, NUMBER, QUOTE, ROW];

const INLINE =
  /`(?<code>[^`\n]+)`|\[(?<label>[^[\]\n]+)\]\((?<target>[^()\s]+)\)|\*\*(?<strong>[^*\n]+(?:\*[^*\n]+\*[^*\n]*)*)\*\*|\*(?<em>[^*\s][^*\n]*)\*|(?<link>https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]])/g;
const TARGET = /^(?:(?:https?:\/\/|mailto:|tel:)\S+|\/(?!\/)[^\s\\]*)$/i;
const DEEPEST = 4;

const node = (tag: string, inside: readonly Mark[], attributes?: Readonly<Record<string, string>>): MarkNode =>
  attributes ? { tag, attributes, inside } : { tag, inside };

/** Whether a link may lead there: the web, a mail address, a phone, or a page of this hub. */
export const isSafeTarget = (target: string): boolean => TARGET.test(target);

/** The blocks of a text. Headings begin with `h2`. */
export function marksOf(text: string): readonly MarkNode[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const trimmed = (n: number): string => (lines[n] ?? '').trim();
  const made: MarkNode[] = [];
  let place = 0;
  while (place < lines.length) {
    const line = trimmed(place);
    const heading = HEADING.exec(line);
    if (!line) place += 1;
    else if (FENCE.test(line)) {
      let end = place + 1;
      while (end < lines.length && trimmed(end) !== '```') end += 1;
      made.push(node('pre', [node('code', [lines.slice(place + 1, end).join('\n')])]));
      place = end + 1;
    } else if (heading) {
      made.push(node(`h${(heading[1] ?? '').length + 1}`, inline(withoutClosing(heading[2] ?? ''))));
      place += 1;
    } else if (RULE.test(line)) {
      made.push(node('hr', []));
      place += 1;
    } else if (ROW.test(line) && DIVIDER.test(trimmed(place + 1))) {
      let end = place + 2;
      while (end < lines.length && ROW.test(trimmed(end))) end += 1;
      made.push(table(line, lines.slice(place + 2, end)));
      place = end;
    } else if (QUOTE.test(line)) {
      const said: string[] = [];
      while (place < lines.length && QUOTE.test(trimmed(place))) said.push(trimmed(place++).replace(QUOTE, '$1'));
      made.push(node('blockquote', [node('p', inline(said.join(' ').trim()))]));
    } else if (BULLET.test(line) || NUMBER.test(line)) {
      const first = NUMBER.exec(line)?.[1];
      const [items, end] = itemsOf(lines, place, first === undefined ? BULLET : NUMBER);
      const begin = first !== undefined && Number(first) !== 1 ? { start: String(Number(first)) } : undefined;
      made.push(node(first === undefined ? 'ul' : 'ol', items.map((item) => node('li', inline(item))), begin));
      place = end;
    } else {
      let end = place + 1;
      while (end < lines.length && trimmed(end) && !BLOCKS.some((shape) => shape.test(trimmed(end)))) end += 1;
      made.push(node('p', inline(lines.slice(place, end).map((row) => row.trim()).join(' '))));
      place = end;
    }
  }
  return made;
}

/** A heading without the `#` that may close it. Not by the expression: it would try every blank of a long row. */
function withoutClosing(heading: string): string {
  let end = heading.length;
  while (heading[end - 1] === '#') end -= 1;
  return heading.slice(0, end).trimEnd() || heading.slice(0, 1);
}

/** The items of a list; an indented line goes on with the item before it. */
function itemsOf(lines: readonly string[], from: number, shape: RegExp): [string[], number] {
  const items: string[] = [];
  let place = from;
  for (; place < lines.length; place += 1) {
    const line = lines[place] ?? '';
    const found = shape.exec(line.trim());
    if (found) items.push(found.at(-1) ?? '');
    else if (items.length && line.startsWith(' ') && line.trim()) items.push(`${items.pop() ?? ''} ${line.trim()}`);
    else break;
  }
  return [items, place];
}

function table(head: string, rows: readonly string[]): MarkNode {
  const cells = (row: string): string[] => row.trim().slice(1, -1).split('|').map((cell) => cell.trim());
  const names = cells(head);
  const heads = names.map((name) => node('th', inline(name), { scope: 'col' }));
  const body = rows.map((row) => node('tr', cells(row).slice(0, names.length).map((cell) => node('td', inline(cell)))));
  return node('table', [node('thead', [node('tr', heads)]), node('tbody', body)]);
}

function inline(text: string, depth = 0): Mark[] {
  if (depth >= DEEPEST) return text ? [text] : [];
  const made: Mark[] = [];
  let place = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > place) made.push(text.slice(place, found.index));
    place = found.index + found[0].length;
    made.push(madeOf(found, depth));
  }
  if (place < text.length) made.push(text.slice(place));
  return made;
}

function madeOf(found: RegExpExecArray, depth: number): Mark {
  const { code, label, target, strong, em, link } = found.groups ?? {};
  if (code !== undefined) return node('code', [code]);
  if (strong !== undefined) return node('strong', inline(strong, depth + 1));
  if (em !== undefined) return node('em', inline(em, depth + 1));
  if (link !== undefined) return node('a', [link], { href: link });
  if (target !== undefined && label !== undefined && isSafeTarget(target)) return node('a', inline(label, DEEPEST), { href: target });
  return found[0];
}
