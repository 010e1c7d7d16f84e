/** What happened between the messages, in one line of the reader's language. */

import type { TimelineEntry } from '@/generated/api';
import type { Text } from '@/i18n/text';

/** `outcomes`: the names of the dispositions, by code. A fact that is new to the console is shown by its own name. */
export function factWords(entry: TimelineEntry, text: Text, outcomes: ReadonlyMap<string, string>): string {
  const named = { queue: entry.queue, channel: text.word('channel', entry.channel), agent: entry.agent };
  switch (entry.kind) {
    case 'interaction_opened':
      return text.t('fact.interaction_opened', named);
    case 'interaction_closed': {
      const detail = outcomes.get(entry.detail) ?? entry.detail;
      return text.t(entry.agent ? 'fact.interaction_closed' : 'fact.interaction_closed_plain', { ...named, detail });
    }
    case 'client_left':
      return text.t('fact.client_left');
    case 'interaction_rated':
      return text.t('fact.interaction_rated', { score: entry.detail });
    case 'work_assigned':
      return text.t(entry.detail === 'taken_back' ? 'fact.work_taken_back' : 'fact.work_assigned', named);
    case 'work_queued':
      return text.t('fact.work_queued', { ...named, reason: text.word('fact.back', entry.detail) });
    case 'work_completed':
      return text.t('fact.work_snoozed', named);
    case 'work_transferred':
      return text.t('fact.work_transferred', named);
    case 'work_abandoned':
      return text.t('fact.work_abandoned');
    case 'work_flowed_out':
      return text.t('fact.work_flowed_out');
    case 'work_callback':
      return text.t('fact.work_callback');
    case 'work_cancelled':
      return text.t('fact.work_cancelled');
    default:
      return [entry.kind.replaceAll('_', ' '), entry.detail].filter(Boolean).join(' · ');
  }
}
