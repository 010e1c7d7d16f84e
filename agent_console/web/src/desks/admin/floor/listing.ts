/** Lists whose order matters. */

/** The list with the element at `at` moved by `by` places; as it is when there is no such place. */
export function shiftedIn<T>(list: readonly T[], at: number, by: number): T[] {
  const to = at + by;
  const next = [...list];
  if (at < 0 || at >= list.length || to < 0 || to >= list.length) return next;
  const [moved] = next.splice(at, 1);
  if (moved !== undefined) next.splice(to, 0, moved);
  return next;
}

/** A code made of a name: small letters, digits and _, and none that is taken. */
export function codeFor(name: string, taken: readonly string[], otherwise: string): string {
  const plain = name
    .toLocaleLowerCase('en')
    .normalize('NFKD')
    .replaceAll('ı', 'i')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 34);
  const first = plain || otherwise;
  let code = first;
  for (let n = 2; taken.includes(code); n += 1) code = `${first}_${n}`;
  return code;
}
