/** An address in the reader's words. */

import type { CardIdentity } from '@/generated/views';
import type { Text } from '@/i18n/text';

/**
 * A visitor's number says nothing to people: its end is enough to tell two apart. A user of a web site has the site's own
 * id, and it is said whether the site, or people of the house, have proved it.
 */
export const addressWords = ({ kind, value, display, confidence }: CardIdentity, text: Text): string => {
  if (kind === 'site') {
    return text.t(confidence === 'known' ? 'card.site_user_verified' : 'card.site_user', { id: display || value.slice(value.indexOf(':') + 1) });
  }
  return kind === 'webchat' && (!display || display === value) ? text.t('card.visitor', { id: value.slice(-6) }) : display || value;
};
