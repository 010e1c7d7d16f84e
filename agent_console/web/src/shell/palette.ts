/** Whether what was typed is in the words of a choice, whatever the accents, the case and the order. */

export function foundIn(words: string, typed: string): boolean {
  const folded = fold(words);
  return fold(typed).split(/\s+/).every((part) => folded.includes(part));
}

/** Case and accents gone; Turkish dotless ı is i and Russian ё is е, as people type them. */
function fold(words: string): string {
  return words.toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '').replaceAll('ı', 'i');
}
