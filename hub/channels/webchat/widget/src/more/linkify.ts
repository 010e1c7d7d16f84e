/** Finds the web addresses in a text, so that only they become links. */

export interface Part {
  readonly text: string;
  /** Where it leads, or null for plain text. */
  readonly href: string | null;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\u202a-\u202e\u2066-\u2069]+/gi;
const TRAILING = ".,;:!?…»”’";
const OPENED: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The parts of `text`, in order; together they are the whole text. Only `http` and `https` addresses are links. */
export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const shown = withoutPunctuation(found);
    const href = webAddress(shown);
    if (href) {
      if (index > end) {
        parts.push({ text: text.slice(end, index), href: null });
      }
      parts.push({ text: shown, href });
      end = index + shown.length;
    }
  }
  if (end < text.length) {
    parts.push({ text: text.slice(end), href: null });
  }
  return parts;
}

/** The punctuation of the sentence around it, and a bracket that was opened before it, are not the address. */
function withoutPunctuation(address: string): string {
  const seen: Record<string, number> = {};
  for (const character of address) {
    seen[character] = (seen[character] ?? 0) + 1;
  }
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1] ?? "";
    const opening = OPENED[last];
    const unopened = opening !== undefined && (seen[last] ?? 0) > (seen[opening] ?? 0);
    if (!unopened && !TRAILING.includes(last)) {
      break;
    }
    seen[last] = (seen[last] ?? 0) - 1;
  }
  return address.slice(0, end);
}

function webAddress(text: string): string | null {
  try {
    const { href, protocol, hostname, username } = new URL(text);
    return (protocol === "http:" || protocol === "https:") && hostname && !username ? href : null;
  } catch {
    return null;
  }
}
