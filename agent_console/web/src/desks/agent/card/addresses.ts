/** An address in the reader's words. */

import type { CardIdentity } from '@/generated/views';
import type { Text } from '@/i18n/text';

/** A visitor's number says nothing to people: its end is enough to tell two apart. */
export const addressWords = ({ kind, value, display }: CardIdentity, text: Text): string =>
  kind === 'webchat' && (!display || display === value) ? text.t('card.visitor', { id: value.slice(-6) }) : display || value;
