/** Who wrote a letter, as it is said above it. Pure. */

import type { LetterHeadView, MailAddress } from '@/generated/views';

/** The address always stands beside the name: anybody can call themselves anything. */
export const whoIs = ({ name, address }: MailAddress): string => (name && name !== address ? `${name} <${address}>` : address);

type Head = Partial<Pick<LetterHeadView, 'sender' | 'reply_to' | 'kind'>> | null;

/** Whoever sent it, where that is nobody of the client's `addresses`; null where it is the client, or nobody can say. A form of our web site writes for the client. */
export function otherWriter(head: Head, addresses: readonly string[] | null): string | null {
  const sender = head?.sender;
  if (!sender?.address || !addresses?.length || head?.kind === 'own') return null;
  return [sender, ...(head?.reply_to ?? [])].some((one) => addresses.includes(one.address)) ? null : whoIs(sender);
}
