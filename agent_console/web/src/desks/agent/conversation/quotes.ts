/** What a mail repeats of the one it answers: put away behind a button, never thrown away. */

export interface Folded {
  readonly own: string;
  /** Empty: nothing is repeated. */
  readonly quoted: string;
}

const SAYS_WHO = /^(?:On .{5,120} wrote:|Le .{5,120} a écrit\s?:|.{5,120} (?:писал|написал)(?:\(?а\)?)?:|.{5,120} (?:yazdı|şunu yazdı):|-{2,} ?(?:Original Message|Исходное сообщение|Özgün İleti) ?-{2,})\s*$/iu;
const LEAST_LINES = 2;

/** The text before the quotation at its end, and that quotation. A quotation in the middle stays where it is. */
export function folded(text: string): Folded {
  const lines = text.split('\n');
  let from = lines.length;
  while (from > 0 && isQuotedOrEmpty(lines[from - 1] ?? '')) from -= 1;
  const marked = lines.slice(from).filter((line) => line.startsWith('>')).length;
  const saysWho = lines.findIndex((line) => SAYS_WHO.test(line.trim()));
  if (marked < LEAST_LINES) from = lines.length;
  else if (from > 0 && SAYS_WHO.test((lines[from - 1] ?? '').trim())) from -= 1;
  if (saysWho > 0 && saysWho < from) from = saysWho;
  const own = lines.slice(0, from).join('\n').trimEnd();
  return from === lines.length || own === '' ? { own: text, quoted: '' } : { own, quoted: lines.slice(from).join('\n').trim() };
}

const isQuotedOrEmpty = (line: string): boolean => line.startsWith('>') || line.trim() === '';
