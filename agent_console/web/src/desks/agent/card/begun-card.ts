/** What somebody began to change in a card, kept in this window until it is saved or given up: an offer, another conversation or the end of the wrap-up takes the form away. By user, so that nobody else who signs in here finds it. */

import type { CardForm } from '@/desks/agent/card/card-edit';

/** What is typed and differs from the card: over the card as it is when the form is opened again. */
export interface BegunCard {
  readonly form: Partial<Omit<CardForm, 'fields'>>;
  readonly fields: Readonly<Record<string, string>>;
  /** The name of the organization as it is typed. */
  readonly organization?: string;
}

/** The part of sessionStorage that is used. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

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

/** What of `form` is different from `before`; null when nothing is. */
export function begunOver(before: CardForm, form: CardForm, organizations: { readonly before: string; readonly typed: string }): BegunCard | null {
  const { fields: _, ...plain } = form;
  const differing = Object.fromEntries(Object.entries(plain).filter(([key, value]) => value !== before[key as keyof typeof plain]));
  const fields = Object.fromEntries(Object.entries(form.fields).filter(([id, value]) => value !== (before.fields[id] ?? '')));
  const organization = organizations.typed === organizations.before ? undefined : organizations.typed;
  if (!Object.keys(differing).length && !Object.keys(fields).length && organization === undefined) return null;
  return { form: differing, fields, ...(organization !== undefined && { organization }) };
}

export const withBegun = (form: CardForm, begun: BegunCard | null): CardForm =>
  begun ? { ...form, ...begun.form, fields: { ...form.fields, ...begun.fields } } : form;

export function keepCard(shelf: Shelf, user: string, person: string, begun: BegunCard | null): void {
  try {
    if (begun) shelf.setItem(nameOf(user, person), JSON.stringify(begun));
    else shelf.removeItem(nameOf(user, person));
  } catch {
    // the browser's store is full or switched off: what is typed is still in the form
  }
}
