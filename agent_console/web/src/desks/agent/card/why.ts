/** A routing decision in the reader's words, from its structure; the hub's English sentence is not shown. */

import type { Exclusion, Why } from '@/generated/views';
import type { Key, Text } from '@/i18n/text';

export interface WhyWords {
  /** Why this agent. */
  readonly reason: string;
  /** How many were considered, who would have been next. */
  readonly among: readonly string[];
  /** Who was not asked, a rule each. */
  readonly excluded: readonly string[];
}

const REASONS = ['last_agent', 'only_one', 'least_loaded', 'longest_idle', 'round_robin', 'handed_over', 'given', 'taken_over', 'started', 'consulted'] as const;

const RULES: Readonly<Record<string, Key>> = {
  skill: 'why.rule.skill',
  language: 'why.rule.language',
  offline: 'why.rule.offline',
  paused: 'why.rule.paused',
  on_a_call: 'why.rule.on_a_call',
  no_phone: 'why.rule.no_phone',
  full: 'why.rule.full',
  avoided: 'why.rule.avoided',
  kept: 'why.rule.kept',
};

/** `isMe`: the reader is the one who was chosen. */
export function whyWords(why: Why, text: Text, isMe: boolean): WhyWords {
  const reason = REASONS.find((known) => known === why.reason);
  const who = isMe ? ('me' as const) : ('other' as const);
  const among: string[] = [];
  if (why.could > 1) among.push(text.t('why.could', { could: text.number(why.could), considered: text.number(why.considered) }, why.could));
  if (why.next_names.length) among.push(text.t('why.next', { names: text.listed(why.next_names) }));
  if (why.place > 1) among.push(text.t('why.place', { place: text.number(why.place) }));
  return {
    reason: reason ? text.t(`why.reason.${reason}_${who}`, { name: why.chosen, by: why.by, idle: text.clock(why.idle_s) }) : why.text || why.reason,
    among,
    excluded: why.excluded.map((exclusion) => excludedWords(exclusion, text)),
  };
}

function excludedWords(exclusion: Exclusion, text: Text): string {
  const language = /^lang:([a-z]{2,3})\b/.exec(exclusion.wanted)?.[1];
  const rule = RULES[exclusion.rule === 'skill' && language ? 'language' : exclusion.rule];
  const wanted = language ? text.languageName(language) : exclusion.wanted;
  const words = rule
    ? text.t(rule, { n: text.number(exclusion.count), wanted }, exclusion.count)
    : `${text.number(exclusion.count)} ${exclusion.rule} ${wanted}`.trim();
  return exclusion.names.length ? `${words}: ${exclusion.names.join(', ')}` : words;
}

/** The reason and who was next, in one line, for the offer. */
export function whyLine(why: Why, text: Text, isMe: boolean): string {
  const words = whyWords(why, text, isMe);
  return [words.reason, ...words.among.slice(0, 1)].join(' ');
}
