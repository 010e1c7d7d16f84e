/** What became of a letter of ours, from the words of the hub. Pure. */

import type { Delivery } from '@/generated/views';

export interface Fate {
  /** Stable words, the outer first: `gave_up` has the last reason behind it. */
  readonly codes: readonly string[];
  /** What the other side said, as it said it. */
  readonly said: string;
}

const CODE = /^([a-z][a-z_]{2,40})(?:: |$)/;
/** Only these say another reason behind themselves. */
const OUTER: ReadonlySet<string> = new Set(['gave_up']);

/** These wait for somebody to mend the account. */
const MENDED: ReadonlySet<string> = new Set(['sign_in_refused', 'account_off', 'no_account', 'no_outgoing_server', 'not_supported']);

/** Whether it waits for another attempt that needs nobody: the hub makes it by itself. */
export const triesAgain = (delivery: Delivery, fate: Fate): boolean =>
  (delivery === 'queued' || delivery === 'sending') && fate.codes.length > 0 && !fate.codes.some((code) => MENDED.has(code));

/** Takes `gave_up: mail_server_unreachable: no route` apart. */
export function fateOf(detail: string): Fate {
  const codes: string[] = [];
  let rest = detail.trim();
  for (let found = CODE.exec(rest); found; found = CODE.exec(rest)) {
    const code = found[1] ?? '';
    codes.push(code);
    rest = rest.slice(found[0].length);
    if (!OUTER.has(code)) break;
  }
  return { codes, said: rest };
}
