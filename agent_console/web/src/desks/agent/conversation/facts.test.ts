import { beforeAll, expect, it } from 'vitest';
import { type CardFact, cardFactWords, factWords } from '@/desks/agent/conversation/facts';
import type { TimelineEntry } from '@/generated/api';
import { learn, speak, text } from '@/i18n/text';
import { AT } from '@/live/samples';

const words = (kind: string, detail = '', agent = 'Anna'): string => {
  const entry: TimelineEntry = { at: AT, kind, interaction_id: 'i1', seq: 1, channel: 'webchat', queue: 'support', touch: null, agent, detail, what: '', was: '', now: '', opens: true };
  return factWords(entry, text, new Map([['solved', 'Solved']]));
};

beforeAll(() => Promise.all((['ru', 'tr'] as const).map(learn)));

it('facts are said in words', () => {
  expect(words('interaction_opened')).toBe('Opened in support via Web chat');
  expect(words('work_assigned')).toBe('Anna took it');
  expect(words('work_queued', 'expired')).toBe('Back in the line of support: nobody answered the offer');
  expect(words('work_queued', 'reply_failed', '')).toBe('Back in the line of support: the answer did not reach the client');
  expect(words('work_queued', 'taken_over')).toBe('Taken from Anna: a supervisor took it over');
  expect(words('interaction_closed', 'solved')).toBe('Closed by Anna · Solved');
  expect(words('interaction_rated', '4')).toBe('The client rated it 4 of 5');
  expect(words('work_queued', 'callback_due')).toBe('Back in the line of support: the promised call is due');
  expect(words('interaction_closed', 'no_show', '')).toBe('Closed · no_show');
  expect(words('consult_changed', 'Boris')).toBe('Anna asked Boris on the telephone');
  expect(words('interaction_closed', '', '')).toBe('Closed without an outcome');
});

it('a fact that is new to the console is not hidden', () => {
  expect(words('case_opened', '4131')).toBe('case opened · 4131');
});

it('a task that the client’s answer ended was done by nobody', () => {
  const entry: CardFact = { kind: 'card_task_done', agent: 'system', what: '', was: '', now: 'Ask Vip again' };
  expect(cardFactWords(entry, text)).toBe('done by itself, the client wrote: Ask Vip again');
  expect(cardFactWords({ ...entry, agent: 'Anna' }, text)).toBe('Anna did: Ask Vip again');
});

it('what a client agrees to has its purpose and its way, and what was never given is not withdrawn', () => {
  const entry: CardFact = { kind: 'card_consent_withdrawn', agent: 'Anna', what: 'service', was: '', now: 'phone' };
  const all = (fact: CardFact) => (['en', 'ru', 'tr'] as const).map((language) => (speak(language), cardFactWords(fact, text)));
  expect(all(entry)).toEqual([
    'Anna recorded that the client does not agree: Service · Phone',
    'Anna: записано, что клиент не согласен: Обслуживание · Телефон',
    'Anna müşterinin onaylamadığını kaydetti: Hizmet · Telefon',
  ]);
  expect(all({ ...entry, was: 'given' })).toEqual([
    'Anna recorded that the client withdrew a consent: Service · Phone',
    'Anna: записано, что клиент отозвал согласие: Обслуживание · Телефон',
    'Anna müşterinin onayını geri aldığını kaydetti: Hizmet · Telefon',
  ]);
  speak('en');
  expect(cardFactWords({ ...entry, kind: 'card_consent_given' }, text)).toBe('Anna recorded that the client agrees: Service · Phone');
});

it('an import without a note says nothing of one', () => {
  const entry: CardFact = { kind: 'card_imported', agent: 'Maria', what: 'clients.csv', was: '', now: '' };
  expect((['en', 'ru', 'tr'] as const).map((language) => (speak(language), cardFactWords(entry, text)))).toEqual([
    'Maria imported it from clients.csv', 'Maria: загружено из файла «clients.csv»', 'Maria clients.csv dosyasından aktardı',
  ]);
  speak('en');
  expect(cardFactWords({ ...entry, now: 'calls at noon' }, text)).toBe('Maria imported it from clients.csv; note: calls at noon');
});

it('what the hub does by itself is said in the language of the reader', () => {
  for (const [language, said] of [['en', 'The system'], ['ru', 'Система'], ['tr', 'Sistem']] as const) {
    speak(language);
    expect(words('work_assigned', '', 'system')).toContain(said);
    expect(words('card_task_added', '', 'system')).toContain(said);
  }
  speak('en');
});
