/** The first letters of a name, for the circle beside it. */
export function initials(name: string): string {
  const words = name.split(/[\s.]+/).filter((word) => /^\p{Letter}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0] ?? '');
  return letters.join('').toLocaleUpperCase() || '?';
}
