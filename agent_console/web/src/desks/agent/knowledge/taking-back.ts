/** What a macro changed on the client's card, and the edit that takes it back. */

import { tagsOf } from '@/desks/agent/card/card-edit';
import type { EditPerson, ReadyStep, StepResult } from '@/generated/api';
import type { ClientCard } from '@/generated/views';

type Planned = Pick<ReadyStep, 'kind' | 'value'>;
type Taken = Pick<StepResult, 'code' | 'was'>;

/** Whether a step that was taken changed the card. */
export const hasChangedCard = (results: readonly Taken[]): boolean => results.some((result) => !result.code && result.was !== null);

/** The edit of the card as it is now; null when nothing of what the macro set is there still. What others set since stays. */
export function takenBack(card: Pick<ClientCard, 'version' | 'tags' | 'tier' | 'language'>, steps: readonly Planned[], results: readonly Taken[]): EditPerson | null {
  let { tier, language } = card;
  let tags: readonly string[] = card.tags;
  const folded = (tag: string): string => tag.toLocaleLowerCase();
  for (const [n, result] of [...results.entries()].reverse()) {
    const step = steps[n];
    if (!step || result.code || result.was === null) continue;
    if (step.kind === 'tier' && tier === step.value) tier = result.was as ClientCard['tier'];
    else if (step.kind === 'language' && language === step.value) language = result.was;
    else if (step.kind === 'tag') {
      const before = new Set(tagsOf(result.was).map(folded));
      const added = new Set(tagsOf(step.value).map((tag) => folded(tag.replace(/^#+\s*/, ''))).filter((tag) => !before.has(tag)));
      tags = tags.filter((tag) => !added.has(folded(tag)));
    }
  }
  const edit: EditPerson = {
    version: card.version,
    ...(tier !== card.tier ? { tier } : {}),
    ...(language !== card.language ? { language } : {}),
    ...(tags.length !== card.tags.length ? { tags } : {}),
  };
  return Object.keys(edit).length > 1 ? edit : null;
}
