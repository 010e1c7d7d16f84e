import { describe, expect, it } from 'vitest';
import { bodyOf, formOf, languageOfSignature, newQueue, withTexts } from '@/desks/admin/floor/queue-draft';
import type { QueueSetup } from '@/generated/api';

const SUPPORT: QueueSetup = {
  id: 'q1',
  version: 3,
  name: 'support',
  languages: ['en', 'ru'],
  language_level: 4,
  skills: { billing: 5 },
  priority: 1,
  offer_s: 25,
  wrap_up_s: 30,
  missed_limit: 3,
  sl_share: 0.805,
  sl_threshold_s: 20,
  sl_short_abandon_s: 5,
  mail_accounts: [],
  telegram_bots: [],
  order: 'round_robin',
  owner_first_s: 15,
  continues_s: 7200,
  relaxations: [{ after_s: 60, skills: { billing: 0 } }],
  overflow: { queue_id: 'q2', after_s: null, length: 10 },
  calendar_id: 'c1',
  when_closed: 'answer',
  closed_texts: { en: 'Closed' },
  closed_queue_id: null,
  voice: {
    answer_with_music: true,
    max_ring_s: 45,
    say_place: true,
    say_wait: false,
    offer_callback: true,
    when_closed_voicemail: false,
    record: 'always',
    announce_recording: true,
    keep_recordings_days: 30,
  },
  signatures: { en: { text: '{agent.name}', html: '' } },
  times: { first_response_s: 3600, next_response_s: 90, resolution_s: null, reply_within_s: 1800, warn_before_s: 120 },
  retired: false,
  retired_to: null,
  waiting: 2,
  sites: 1,
  is_open: true,
  next_opening_at: null,
};

describe('the form of a queue', () => {
  it('sends what it was given, when nothing was changed', () => {
    const { id: _id, version: _v, retired: _r, retired_to: _t, waiting: _w, sites: _s, mail_accounts: _m, telegram_bots: _b, is_open: _o, next_opening_at: _n, ...rules } = SUPPORT;
    expect(bodyOf(formOf(SUPPORT))).toEqual(rules);
  });

  it('leaves out rows without a name and texts without words, and puts steps in their order', () => {
    const form = formOf(SUPPORT);
    form.skills.push({ skill: ' ', level: 3 });
    form.steps.push({ after_s: 30, skills: [{ skill: 'billing', level: 2 }] });
    form.closed_texts = { en: ' ', ru: 'Закрыто' };
    const body = bodyOf(form);
    expect(body.skills).toEqual({ billing: 5 });
    expect(body.relaxations?.map((step) => step.after_s)).toEqual([30, 60]);
    expect(body.closed_texts).toEqual({ ru: 'Закрыто' });
  });

  it('keeps recordings for ever with 0 days, and as the house does with an empty field', () => {
    const form = formOf(SUPPORT);
    form.voice.keep_recordings_days = 0;
    expect(bodyOf(form).voice?.keep_recordings_days).toBe(0);
    form.voice.keep_recordings_days = '';
    expect(bodyOf(form).voice?.keep_recordings_days).toBeNull();
  });

  it('of a new queue overflows nowhere', () => {
    expect(bodyOf({ ...newQueue(), name: ' sales ' })).toMatchObject({ name: 'sales', overflow: null, calendar_id: null });
  });

  it('keeps the HTML of a signature as long as its text, and leaves out those without words', () => {
    const form = formOf(SUPPORT);
    const bye = { text: 'Bye', html: '<b>Bye</b>' };
    form.signatures = withTexts({ en: bye, ru: bye, tr: bye }, { en: 'Bye', ru: 'Пока', tr: ' ' });
    expect(bodyOf(form).signatures).toEqual({ en: bye, ru: { text: 'Пока', html: '' } });
  });

  it('knows of which language the signature is that was refused', () => {
    expect(['signatures.en.text', '$.queue.signatures.pt-BR', 'name', ''].map(languageOfSignature)).toEqual(['en', 'pt-BR', '', '']);
  });
});
