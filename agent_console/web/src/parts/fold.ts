/** Case and accents gone; Turkish dotless ı is i and Russian ё is е, as people type them. */
export function fold(words: string): string {
  return words.toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '').replaceAll('ı', 'i');
}
