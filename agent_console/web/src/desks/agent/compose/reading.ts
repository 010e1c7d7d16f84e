/** The text of an editable element, and where each of its signs stands, so that it can be used like a text field. */

const BLOCKS: ReadonlySet<string> = new Set(['DIV', 'P', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'PRE']);

interface Stretch {
  readonly node: Text;
  readonly at: number;
}

export interface Reading {
  readonly text: string;
  readonly stretches: readonly Stretch[];
  /** Where each element that ends a line, or holds none, begins. */
  readonly starts: ReadonlyMap<Node, number>;
}

/** Its lines as somebody sees them; points of lists are marked. */
export function read(root: HTMLElement): Reading {
  let text = '';
  /** A line must begin before the next sign. */
  let isDue = false;
  const stretches: Stretch[] = [];
  const starts = new Map<Node, number>();

  function line(): void {
    if (isDue) text += '\n';
    isDue = false;
  }
  function walk(node: Node): void {
    if (node instanceof Text) {
      const words = node.data.replaceAll('\u00a0', ' ');
      if (!words) return;
      line();
      stretches.push({ node, at: text.length });
      text += words;
      return;
    }
    const name = node instanceof Element ? node.tagName : '';
    if (name === 'BR') {
      line();
      starts.set(node, text.length);
      isDue = true;
      return;
    }
    const isBlock = BLOCKS.has(name) && node !== root;
    if (isBlock && text && !text.endsWith('\n')) isDue = true;
    if (name === 'LI') {
      line();
      const place = node.parentNode instanceof HTMLOListElement ? `${[...node.parentNode.children].indexOf(node as Element) + 1}. ` : '• ';
      text += place;
    }
    starts.set(node, text.length + (isDue ? 1 : 0));
    node.childNodes.forEach(walk);
    if (isBlock) isDue = true;
  }
  walk(root);
  return { text, stretches, starts };
}

/** The place of a point of the document in the text. */
export function placeOf(reading: Reading, node: Node, offset: number): number {
  const stretch = reading.stretches.find((one) => one.node === node);
  if (stretch) return stretch.at + offset;
  const child = node.childNodes[offset];
  if (child) {
    const within = reading.stretches.find((one) => child.contains(one.node));
    return within?.at ?? reading.starts.get(child) ?? reading.text.length;
  }
  const last = reading.stretches.findLast((one) => node.contains(one.node));
  return last ? last.at + last.node.data.length : (reading.starts.get(node) ?? reading.text.length);
}

/** The point of the document at a place in the text, or null where there is no sign near it. */
export function pointAt(reading: Reading, place: number): { readonly node: Text; readonly offset: number } | null {
  const stretch = reading.stretches.findLast((one) => one.at <= place) ?? reading.stretches[0];
  return stretch ? { node: stretch.node, offset: Math.max(0, Math.min(stretch.node.data.length, place - stretch.at)) } : null;
}
