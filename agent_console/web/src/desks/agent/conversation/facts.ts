/** What happened between the messages, in one line of the reader's language. */

import { taskTitle } from '@/desks/agent/card/task-title';
import type { TimelineEntry } from '@/generated/api';
import type { Text } from '@/i18n/text';
import { isCall } from '@/parts/channels';

/** Why work is somebody else's without having waited again. */
const WITH_ANOTHER: readonly string[] = ['taken_over', 'reassigned', 'consulted'];

/** `outcomes`: the names of the dispositions, by code. A fact that is new to the console is shown by its own name. */
export function factWords(entry: TimelineEntry, text: Text, outcomes: ReadonlyMap<string, string>): string {
  const named = { queue: entry.queue, channel: text.word('channel', entry.channel), agent: text.actor(entry.agent) };
  switch (entry.kind) {
    case 'interaction_opened':
      return text.t('fact.interaction_opened', named);
    case 'interaction_closed': {
      if (!entry.detail) return text.t('fact.closed_without');
      const detail = outcomes.get(entry.detail) ?? entry.detail;
      return text.t(entry.agent ? 'fact.interaction_closed' : 'fact.interaction_closed_plain', { ...named, detail });
    }
    case 'consult_changed':
      return text.t('fact.asked', { ...named, detail: entry.detail });
    case 'client_left':
      return text.t('fact.client_left');
    case 'interaction_rated':
      return text.t('fact.interaction_rated', { score: entry.detail });
    case 'work_assigned':
      if (entry.detail === 'started' && isCall(entry.channel)) return text.t('fact.call_started', named);
      return text.t(entry.detail === 'taken_back' ? 'fact.work_taken_back' : entry.detail === 'started' ? 'fact.work_started' : 'fact.work_assigned', named);
    case 'work_queued':
      if (entry.detail === 'reply_overdue' && entry.agent) return text.t('fact.work_overdue', named);
      // no line saw it: somebody else has it in the same moment
      if (WITH_ANOTHER.includes(entry.detail) && entry.agent) return text.t('fact.work_taken_away', { ...named, reason: text.word('fact.back', entry.detail) });
      return text.t('fact.work_queued', { ...named, reason: text.word('fact.back', entry.detail) });
    case 'work_completed':
      return text.t('fact.work_snoozed', named);
    case 'work_transferred':
      return text.t('fact.work_transferred', named);
    case 'work_abandoned':
      return text.t('fact.work_abandoned');
    case 'work_flowed_out':
      return text.t(entry.detail === 'joined' ? 'fact.work_joined' : 'fact.work_flowed_out');
    case 'work_callback':
      return text.t(entry.detail === 'voicemail' ? 'fact.work_voicemail' : 'fact.work_callback');
    case 'work_cancelled':
      return text.t('fact.work_cancelled');
    default:
      if (entry.kind.startsWith('card_')) return cardFactWords(entry, text);
      return [entry.kind.replaceAll('_', ' '), entry.detail].filter(Boolean).join(' · ');
  }
}

const WHAT = ['name', 'language', 'tier', 'organization', 'tags'] as const;
const CARD_FACTS = [
  'card_address_added', 'card_address_removed', 'card_address_known', 'card_address_maybe',
  'card_merged', 'card_merge_undone', 'card_imported', 'card_case_opened', 'card_case_closed', 'card_case_reopened', 'card_case_pending', 'card_case_changed',
  'card_case_status', 'card_case_promised', 'card_case_renamed', 'card_case_owner', 'card_task_added', 'card_task_done', 'card_task_reopened',
  'card_task_changed', 'card_task_given', 'card_task_reached',
] as const;

/** What is told of a change of the card. */
export type CardFact = Pick<TimelineEntry, 'kind' | 'agent' | 'what' | 'was' | 'now'>;

/** Who changed what of the card: what it was, and what it is. */
export function cardFactWords(entry: CardFact, text: Text): string {
  const known = WHAT.find((what) => what === entry.what);
  const said = (value: string): string => {
    if (!value) return '—';
    if (entry.kind === 'card_case_promised') return text.instant(value);
    return known === 'tier' ? text.word('tier', value) : known === 'language' ? text.languageName(value) : value;
  };
  const named = { agent: text.actor(entry.agent), what: known ? text.t(`person_card.${known}`) : entry.what, was: said(entry.was), now: entry.kind.startsWith('card_task') ? taskTitle(entry.now, text) : said(entry.now) };
  if (entry.kind === 'card_changed' || entry.kind === 'card_field_changed') return text.t('person_card.fact.card_changed', named);
  if (entry.kind === 'card_task_reached') {
    const reason = `person_card.reached.${entry.what}`;
    return text.t('person_card.fact.card_task_reached', { why: text.has(reason) ? text.t(reason) : entry.what, now: taskTitle(entry.now, text) });
  }
  if (entry.kind === 'card_consent_given' || entry.kind === 'card_consent_withdrawn') {
    // what was not given before is not withdrawn
    const said = entry.kind === 'card_consent_withdrawn' && entry.was !== 'given' ? 'card_consent_refused' : entry.kind;
    return text.t(`person_card.fact.${said}`, { ...named, what: text.word('person_card.purpose', entry.what), now: text.word('channel', entry.now) });
  }
  if (entry.kind === 'card_imported' && !entry.now) return text.t('person_card.fact.card_imported_plain', { ...named, what: entry.what });
  // a task for when they do not answer: nobody did it
  if (entry.kind === 'card_task_done' && entry.agent === 'system') return text.t('person_card.fact.card_task_answered', named);
  const kind = CARD_FACTS.find((fact) => fact === entry.kind);
  return kind ? text.t(`person_card.fact.${kind}`, { ...named, what: entry.what }) : [text.actor(entry.agent), entry.kind.replaceAll('_', ' '), entry.now].filter(Boolean).join(' · ');
}
