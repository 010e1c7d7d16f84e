/** Names of what the filters of the log speak of: queues, agents, outcomes. Asked once a visit. */

import { reactive } from 'vue';
import { queues } from '@/api/calls';
import * as calls from '@/api/manager';
import { CHANNELS, DIRECTIONS, type FilterName, LANGUAGES, LATES, OUTCOMES, SCORES, STATES, TIERS } from '@/desks/manager/log/filter';
import { named } from '@/i18n/named';
import { text } from '@/i18n/text';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export const names = reactive<{ queues: readonly Choice[]; agents: readonly Choice[]; dispositions: readonly Choice[]; tags: readonly Choice[] }>({
  queues: [],
  agents: [],
  dispositions: [],
  tags: [],
});

/** Load them. Throws Refusal. */
export async function knowNames(signal?: AbortSignal): Promise<void> {
  const [lines, people, outcomes, tags] = await Promise.all([queues(), calls.agents(signal), calls.dispositions(signal), calls.tags(signal)]);
  names.queues = lines.items.map((queue) => ({ value: queue.id, label: queue.name }));
  names.agents = people.items.map((agent) => ({ value: agent.id, label: agent.name }));
  names.tags = tags.items.map((tag) => ({ value: tag, label: tag }));
  names.dispositions = outcomes.items.map((outcome) => ({
    value: outcome.code,
    get label() {
      return named(outcome.names, text.locale, outcome.name);
    },
  }));
}

/** The choices of a filter with a list of values. */
export function choicesOf(name: FilterName): readonly Choice[] {
  switch (name) {
    case 'queue':
      return names.queues;
    case 'agent':
      return names.agents;
    case 'disposition':
      return names.dispositions;
    case 'tag':
      return names.tags;
    case 'channel':
      return CHANNELS.map((value) => ({ value, label: text.word('channel', value) }));
    case 'direction':
      return DIRECTIONS.map((value) => ({ value, label: text.t(`manager.direction.${value}`) }));
    case 'state':
      return STATES.map((value) => ({ value, label: text.t(`manager.state.${value}`) }));
    case 'outcome':
      return OUTCOMES.map((value) => ({ value, label: text.t(`manager.outcome.${value}`) }));
    case 'language':
      return LANGUAGES.map((value) => ({ value, label: text.languageName(value) }));
    case 'tier':
      return TIERS.map((value) => ({ value, label: text.word('tier', value) }));
    case 'late':
      return LATES.map((value) => ({ value, label: text.t(`manager.late.${value}`) }));
    case 'score':
      return SCORES.map((value) => ({ value, label: `★ ${value}` }));
    default:
      return [];
  }
}

export const labelOf = (name: FilterName, value: string): string => choicesOf(name).find((choice) => choice.value === value)?.label ?? value;
