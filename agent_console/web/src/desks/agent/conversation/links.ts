/** Web addresses inside a text, so that they can be followed and nothing else becomes markup. */

export interface Part {
  readonly text: string;
  /** The address, if this part is one. */
  readonly href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'`\u202a-\u202e\u2066-\u2069]+/gi;
const TRAILING = /[.,;:!?)\]}»”]+$/;

/** The text in parts, in order; put together they are the text again. */
export function linked(text: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '');
    if (!isAddress(address)) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null });
    parts.push({ text: address, href: address });
    from = match.index + address.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), href: null });
  return parts;
}

function isAddress(text: string): boolean {
  try {
    const { hostname, username } = new URL(text);
    // who puts a name before the host wants to be taken for somebody else
    return hostname !== '' && username === '';
  } catch {
    return false;
  }
}
