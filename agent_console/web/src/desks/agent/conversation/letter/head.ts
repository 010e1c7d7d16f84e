/** The head of a letter as it is shown: whose, to whom, what kind, and what is odd about it. Pure. */

import type { LetterHeadView, MailAddress } from '@/generated/views';

const PLAIN: LetterHeadView = {
  subject: '', sender: null, reply_to: [], to: [], cc: [], bcc: [], kind: 'personal', proof: 'unknown', has_html: false,
  quoted: false, signature: false, remote_images: 0, unreadable: false, defects: [], may_belong_to: [],
};

/** The whole head: the hub leaves out what is as usual. */
export const wholeHead = (head: Partial<LetterHeadView>): LetterHeadView => ({ ...PLAIN, ...head });

/** So many stand in a line before the rest is folded away. */
export const SHOWN = 3;

export interface Line {
  readonly shown: readonly MailAddress[];
  /** How many are folded away. */
  readonly more: number;
}

/** What of it is folded away, if anything. */
export const foldOf = ({ quoted, signature }: Pick<LetterHeadView, 'quoted' | 'signature'>): 'quote' | 'signature' | 'both' | null =>
  quoted ? (signature ? 'both' : 'quote') : signature ? 'signature' : null;

/** A line of addresses; one that would stand alone behind the fold is shown too. */
export function lineOf(addresses: readonly MailAddress[], isWhole: boolean): Line {
  if (isWhole || addresses.length <= SHOWN + 1) return { shown: addresses, more: 0 };
  return { shown: addresses.slice(0, SHOWN), more: addresses.length - SHOWN };
}

/** What may deceive whoever reads the letter, said at once; all else about its form is said on demand. */
const DECEIVING: ReadonlySet<string> = new Set(['misleading_name', 'reply_to_differs', 'bad_from', 'several_from', 'no_from']);

export interface Reasons {
  readonly atOnce: readonly string[];
  readonly onDemand: readonly string[];
}

/** The codes of what is odd, each once; of an unreadable letter, the first says why. */
export function reasonsOf(head: LetterHeadView): Reasons {
  const codes = [...new Set(head.defects)];
  const isFirst = (code: string): boolean => head.unreadable && code === codes[0];
  return {
    atOnce: codes.filter((code) => isFirst(code) || DECEIVING.has(code)),
    onDemand: codes.filter((code) => !isFirst(code) && !DECEIVING.has(code)),
  };
}
