/** What became of a reply, taken apart into words of ours and words of Telegram's. Pure. */

import { fateOf } from '@/desks/agent/conversation/letter/fate';
import type { Text } from '@/i18n/text';

/** What stands behind these is what Telegram said; behind others the hub says the same again in English. */
const QUOTED: ReadonlySet<string> = new Set(['unreachable', 'refused']);

export function toldFate(detail: string, text: Text): { readonly words: string; readonly quote: string } {
  const { codes, said } = fateOf(detail);
  const keys = codes.map((code) => `telegram_told.${code}`);
  if (!keys.length || !keys.every((key) => text.has(key))) return { words: detail, quote: '' };
  return { words: keys.map((key) => text.t(key)).join(' '), quote: QUOTED.has(codes.at(-1) ?? '') ? said : '' };
}
