/** A queue as its form holds it: rows that can be added and removed, and empty fields for what is not set. */

import type { QueueDraft, QueueSetup, TextTimes, VoiceRules } from '@/generated/api';

export interface SkillRow {
  skill: string;
  level: number;
}

export interface StepRow {
  after_s: number;
  skills: SkillRow[];
}

export type Emptiable = number | '';

export interface QueueForm {
  name: string;
  languages: string[];
  language_level: number;
  skills: SkillRow[];
  priority: number;
  offer_s: number;
  wrap_up_s: number;
  missed_limit: number;
  sl_percent: number;
  sl_threshold_s: number;
  sl_short_abandon_s: number;
  order: QueueSetup['order'];
  owner_first_s: number;
  continues_h: number;
  steps: StepRow[];
  overflow_queue: string;
  overflow_after_s: Emptiable;
  overflow_length: Emptiable;
  calendar: string;
  when_closed: QueueSetup['when_closed'];
  closed_texts: Readonly<Record<string, string>>;
  closed_queue: string;
  voice: VoiceForm;
  signatures: QueueSetup['signatures'];
  times: TimesForm;
}

/** Minutes, of the resolution hours; empty: no such time. */
export interface TimesForm {
  first_min: Emptiable;
  next_min: Emptiable;
  resolution_h: Emptiable;
  reply_min: Emptiable;
  warn_min: Emptiable;
}

export type VoiceForm = { -readonly [K in keyof VoiceRules]: VoiceRules[K] extends number | null ? Emptiable : VoiceRules[K] };

export const newQueue = (): QueueForm => ({
  name: '',
  languages: [],
  language_level: 3,
  skills: [],
  priority: 0,
  offer_s: 20,
  wrap_up_s: 30,
  missed_limit: 3,
  sl_percent: 80,
  sl_threshold_s: 20,
  sl_short_abandon_s: 5,
  order: 'fewest',
  owner_first_s: 0,
  continues_h: 24,
  steps: [],
  overflow_queue: '',
  overflow_after_s: '',
  overflow_length: '',
  calendar: '',
  when_closed: 'wait',
  closed_texts: {},
  closed_queue: '',
  voice: {
    answer_with_music: false,
    max_ring_s: 60,
    say_place: true,
    say_wait: true,
    offer_callback: true,
    when_closed_voicemail: true,
    record: 'never',
    announce_recording: true,
    keep_recordings_days: '',
  },
  signatures: {},
  times: { first_min: 60, next_min: 120, resolution_h: 24, reply_min: 30, warn_min: 5 },
});

export function formOf(queue: QueueSetup): QueueForm {
  return {
    name: queue.name,
    languages: [...queue.languages],
    language_level: queue.language_level,
    skills: rowsOf(queue.skills),
    priority: queue.priority,
    offer_s: queue.offer_s,
    wrap_up_s: queue.wrap_up_s,
    missed_limit: queue.missed_limit,
    sl_percent: Math.round(queue.sl_share * 1000) / 10,
    sl_threshold_s: queue.sl_threshold_s,
    sl_short_abandon_s: queue.sl_short_abandon_s,
    order: queue.order,
    owner_first_s: queue.owner_first_s,
    continues_h: Math.round(queue.continues_s / 36) / 100,
    steps: queue.relaxations.map((step) => ({ after_s: step.after_s, skills: rowsOf(step.skills) })),
    overflow_queue: queue.overflow?.queue_id ?? '',
    overflow_after_s: queue.overflow?.after_s ?? '',
    overflow_length: queue.overflow?.length ?? '',
    calendar: queue.calendar_id ?? '',
    when_closed: queue.when_closed,
    closed_texts: queue.closed_texts,
    closed_queue: queue.closed_queue_id ?? '',
    voice: { ...queue.voice, keep_recordings_days: queue.voice.keep_recordings_days ?? '' },
    signatures: queue.signatures,
    times: timesForm(queue.times),
  };
}

/** What is sent. A number somebody emptied is sent as 0 and refused by name, not guessed. */
export function bodyOf(form: QueueForm): QueueDraft {
  const texts = Object.fromEntries(Object.entries(form.closed_texts).filter(([, said]) => said.trim()));
  return {
    name: form.name.trim(),
    languages: form.languages,
    language_level: whole(form.language_level),
    skills: levelsOf(form.skills),
    priority: whole(form.priority),
    offer_s: amount(form.offer_s),
    wrap_up_s: amount(form.wrap_up_s),
    missed_limit: whole(form.missed_limit),
    sl_share: amount(form.sl_percent) / 100,
    sl_threshold_s: amount(form.sl_threshold_s),
    sl_short_abandon_s: amount(form.sl_short_abandon_s),
    order: form.order,
    owner_first_s: whole(form.owner_first_s),
    continues_s: Math.round(amount(form.continues_h) * 3600),
    relaxations: [...form.steps]
      .sort((a, b) => a.after_s - b.after_s)
      .map((step) => ({ after_s: whole(step.after_s), skills: levelsOf(step.skills) })),
    overflow: form.overflow_queue
      ? { queue_id: form.overflow_queue, after_s: orNull(form.overflow_after_s), length: orNull(form.overflow_length) }
      : null,
    calendar_id: form.calendar || null,
    when_closed: form.when_closed,
    closed_texts: texts,
    closed_queue_id: form.when_closed === 'flow' ? form.closed_queue || null : null,
    voice: {
      ...form.voice,
      max_ring_s: amount(form.voice.max_ring_s),
      keep_recordings_days: orNull(form.voice.keep_recordings_days),
    },
    signatures: Object.fromEntries(Object.entries(form.signatures).filter(([, one]) => one.text.trim() || one.html.trim())),
    times: timesOf(form.times),
  };
}

// a hub that is a release older has no such times
const timesForm = (times: TextTimes | undefined): TimesForm => ({
  first_min: parts(times?.first_response_s, 60),
  next_min: parts(times?.next_response_s, 60),
  resolution_h: parts(times?.resolution_s, 3600),
  reply_min: parts(times?.reply_within_s, 60),
  warn_min: parts(times?.warn_before_s ?? 120, 60),
});

const timesOf = (form: TimesForm): TextTimes => ({
  first_response_s: seconds(form.first_min, 60),
  next_response_s: seconds(form.next_min, 60),
  resolution_s: seconds(form.resolution_h, 3600),
  reply_within_s: seconds(form.reply_min, 60),
  warn_before_s: seconds(form.warn_min, 60) ?? 0,
});

const parts = (value: number | null | undefined, of: number): Emptiable => (value === null || value === undefined ? '' : Math.round((value / of) * 1000) / 1000);
const seconds = (value: Emptiable, of: number): number | null => (value === '' ? null : Math.round(amount(value) * of));

/** Signatures with these texts. The form in HTML goes with the text it was written for; without one the hub makes it from the text. */
export const withTexts = (signatures: QueueSetup['signatures'], texts: Readonly<Record<string, string>>): QueueSetup['signatures'] =>
  Object.fromEntries(
    Object.entries(texts).map(([language, said]) => {
      const known = signatures[language];
      return [language, known?.text === said ? known : { text: said, html: '' }];
    }),
  );

const rowsOf = (levels: Readonly<Record<string, number>>): SkillRow[] =>
  Object.entries(levels).map(([skill, level]) => ({ skill, level }));

const levelsOf = (rows: readonly SkillRow[]): Record<string, number> =>
  Object.fromEntries(rows.filter((row) => row.skill.trim()).map((row) => [row.skill.trim(), whole(row.level)]));

const amount = (value: Emptiable): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const whole = (value: Emptiable): number => Math.round(amount(value));
const orNull = (value: Emptiable): number | null => (value === '' ? null : whole(value));

/** Of which language a refusal's field is the signature: `signatures.en.text`, `$.queue.signatures.en`; empty for any other field. */
export const languageOfSignature = (field: string): string => /(?:^|\.)signatures\.([\w-]+)/u.exec(field)?.[1] ?? '';
