/** What somebody began to change in a card, kept in this window until it is saved or given up: an offer, another conversation or the end of the wrap-up takes the form away. By user, so that nobody else who signs in here finds it. */

import type { CardForm } from '@/desks/agent/card/card-edit';
import type { Shelf } from '@/desks/agent/start/begun';

/** What is typed and differs from the card: over the card as it is when the form is opened again. */
export interface BegunCard {
  readonly form: Partial<Omit<CardForm, 'fields'>>;
  readonly fields: Readonly<Record<string, string>>;
  /** The name of the organization as it is typed. */
  readonly organization?: string;
}

const nameOf = (user: string, person: string): string => `touchline.card.${user}.${person}`;

/** What this user began to change; null for nothing, or nothing that can be read. */
export function begunCard(shelf: Shelf, user: string, person: string): BegunCard | null {
  try {
    const found = JSON.parse(shelf.getItem(nameOf(user, person)) ?? 'null') as Partial<BegunCard> | null;
    return found && typeof found.form === 'object' && typeof found.fields === 'object' ? { form: found.form, fields: found.fields, ...(typeof found.organization === 'string' && { organization: found.organization }) } : null;
  } catch {
    return null;
  }
}

export function keepCard(shelf: Shelf, user: string, person: string, begun: BegunCard | null): void {
  try {
    if (begun) shelf.setItem(nameOf(user, person), JSON.stringify(begun));
    else shelf.removeItem(nameOf(user, person));
  } catch {
    // the browser's store is full or switched off: what is typed is still in the form
  }
}
