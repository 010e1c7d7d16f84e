/** What rows call a person: their name, else the first address known as theirs that tells people anything. The hub finds the same (`crm_store/called.py`). */

import type { ClientCard } from '@/generated/views';

export const called = ({ name, identities }: Pick<ClientCard, 'name' | 'identities'>): string => {
  const address = identities.find((one) => one.confidence === 'known' && (one.kind === 'email' || one.kind === 'phone' || (one.kind === 'telegram' && one.display)));
  return name || (address ? address.display || address.value : '');
};
