/** What a form of the card says, and what of it is new. */

import type { BegunCard } from '@/desks/agent/card/begun-card';
import type { EditPerson } from '@/generated/api';
import type { ClientCard } from '@/generated/views';

export interface CardForm {
  name: string;
  language: string;
  tier: ClientCard['tier'];
  organizationId: string;
  tags: string;
  fields: Record<string, string>;
}

export const formOf = (card: ClientCard): CardForm => ({
  name: card.name,
  language: card.language,
  tier: card.tier,
  organizationId: card.organization_id ?? '',
  tags: card.tags.join(', '),
  fields: { ...card.fields },
});

export const tagsOf = (typed: string): string[] => typed.split(',').map((tag) => tag.trim()).filter(Boolean);

const changedFields = (before: CardForm, form: CardForm): Record<string, string> =>
  Object.fromEntries(Object.entries(form.fields).filter(([id, value]) => value !== (before.fields[id] ?? '')));

/** What of `form` is different from `before`, as it is typed; null when nothing is. */
export function begunOver(before: CardForm, form: CardForm, organizations: { readonly before: string; readonly typed: string }): BegunCard | null {
  const { fields: _, ...plain } = form;
  const differing = Object.fromEntries(Object.entries(plain).filter(([key, value]) => value !== before[key as keyof typeof plain]));
  const fields = changedFields(before, form);
  const organization = organizations.typed === organizations.before ? undefined : organizations.typed;
  if (!Object.keys(differing).length && !Object.keys(fields).length && organization === undefined) return null;
  return { form: differing, fields, ...(organization !== undefined && { organization }) };
}

export const withBegun = (form: CardForm, begun: BegunCard | null): CardForm =>
  begun ? { ...form, ...begun.form, fields: { ...form.fields, ...begun.fields } } : form;

/** Only what differs from `before` is sent; null when nothing does. `version` is the card's that is shown now. */
export function editOf(before: CardForm, form: CardForm, version: number): EditPerson | null {
  const fields = changedFields(before, form);
  const edit: EditPerson = {
    version,
    ...(form.name.trim() !== before.name ? { name: form.name.trim() } : {}),
    ...(form.language !== before.language ? { language: form.language } : {}),
    ...(form.tier !== before.tier ? { tier: form.tier } : {}),
    ...(form.organizationId !== before.organizationId ? { organization_id: form.organizationId } : {}),
    ...(tagsOf(form.tags).join() !== tagsOf(before.tags).join() ? { tags: tagsOf(form.tags) } : {}),
    ...(Object.keys(fields).length ? { fields } : {}),
  };
  return Object.keys(edit).length > 1 ? edit : null;
}
