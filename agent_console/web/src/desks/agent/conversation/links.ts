/** Web addresses and places inside a text, so that they can be followed and nothing else becomes markup. */

export interface Part {
  readonly text: string;
  /** The address, if this part is one. */
  readonly href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'`\u202a-\u202e\u2066-\u2069]+|(?<!\S)geo:(-?\d{1,2}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)(?!\S)/gi;
const TRAILING = /[.,;:!?)\]}»”]+$/;

/** A map of that place: nothing asks for it before somebody follows it. */
const mapOf = (latitude: string, longitude: string): string => `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;

/** The text in parts, in order; put together they are the text again, but for places, which are their coordinates. */
export function linked(text: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const [, latitude, longitude] = match;
    if (latitude && longitude) {
      if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null });
      parts.push({ text: `${latitude}, ${longitude}`, href: mapOf(latitude, longitude) });
      from = match.index + match[0].length;
      continue;
    }
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
