/** The names of colleagues in a note, so that one sees who is meant. */

export interface NamedPart {
  readonly text: string;
  /** Who is named: `me` stands out more. Null: nobody. */
  readonly who: 'me' | 'other' | null;
}

/** The text in parts, in order; of names that begin alike the longest is meant, and none ends inside a word. */
export function mentionsIn(text: string, names: readonly string[], me: string): readonly NamedPart[] {
  const parts: NamedPart[] = [];
  const wanted = [...new Set([me, ...names])].filter(Boolean).toSorted((a, b) => b.length - a.length);
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at < from || /[\p{L}\p{N}]$/u.test(text.slice(from, at))) continue;
    const name = wanted.find((one) => text.startsWith(one, at + 1) && !/^[\p{L}\p{M}\p{N}]/u.test(text.slice(at + 1 + one.length)));
    if (name === undefined) continue;
    if (at > from) parts.push({ text: text.slice(from, at), who: null });
    from = at + 1 + name.length;
    parts.push({ text: text.slice(at, from), who: name === me ? 'me' : 'other' });
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), who: null });
  return parts;
}
