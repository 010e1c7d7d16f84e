/** What a form of the card says, and what of it is new. */

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

/** Only what differs from `before` is sent; null when nothing does. `version` is the card's that is shown now. */
export function editOf(before: CardForm, form: CardForm, version: number): EditPerson | null {
  const fields = Object.fromEntries(Object.entries(form.fields).filter(([id, value]) => value !== (before.fields[id] ?? '')));
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
