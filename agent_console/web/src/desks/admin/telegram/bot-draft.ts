/** A bot of Telegram as its form holds it, and as it is sent. Pure. */

import type { TelegramBotBody, TelegramBotView, UpdatesBy } from '@/generated/api';

type Texts = Readonly<Record<string, string>>;

export interface BotForm {
  name: string;
  queue_id: string;
  enabled: boolean;
  updates: UpdatesBy;
  language: string;
  groups: boolean;
  /** Telegram ids, one a line. */
  owners: string;
  welcome: Texts;
  /** What is asked when a conversation is over. */
  rating: Texts;
  /** What is typed anew; the kept one never comes here. */
  token: string;
}

export const newBot = (queueId: string, language: string): BotForm => ({
  name: '', queue_id: queueId, enabled: true, updates: 'polling', language, groups: false, owners: '', welcome: {}, rating: {}, token: '',
});

export const formOf = ({ name, queue_id, enabled, setup }: TelegramBotView): BotForm => ({
  name, queue_id, enabled,
  updates: setup.updates ?? 'polling',
  language: setup.language ?? 'en',
  groups: setup.groups ?? false,
  owners: (setup.business_owners ?? []).join('\n'),
  welcome: setup.welcome ?? {},
  rating: setup.rating ?? {},
  token: '',
});

const written = (texts: Texts): Texts => Object.fromEntries(Object.entries(texts).filter(([, words]) => words.trim()));

/** What is sent. What is no number among the owners is sent as 0 and refused at its field. */
export const bodyOf = (form: BotForm): TelegramBotBody => ({
  name: form.name.trim(),
  queue_id: form.queue_id,
  enabled: form.enabled,
  setup: {
    updates: form.updates,
    language: form.language,
    groups: form.groups,
    business_owners: form.owners.split(/[\s,;]+/).filter(Boolean).map((word) => (/^[0-9]{1,15}$/.test(word) ? Number(word) : 0)),
    welcome: written(form.welcome),
    rating: written(form.rating),
  },
  token: form.token.trim(),
});

/** The field of a refusal as this form calls it: `setup.welcome`, `$.bot.setup.business_owners[0]`, `business_owners.0` and the like are one name here. */
export const fieldOf = (field: string): string => field.replace(/^\$?\.?(?:bot\.)?/, '').replace(/^(?:setup|secrets)\./, '').replace(/[.[].*$/, '');

/** How a bot fares, for the colour of its mark. */
export function toneOf(bot: Pick<TelegramBotView, 'enabled' | 'receiving' | 'sending'>): 'off' | 'bad' | 'ok' | 'warn' {
  if (!bot.enabled) return 'off';
  if (bot.receiving === 'broken' || bot.sending === 'broken') return 'bad';
  return bot.receiving === 'works' ? 'ok' : 'warn';
}

/** Where Telegram brings the updates of a bot by webhook; the hub tells Telegram so itself. */
export const webhookPath = (name: string): string => `/hooks/telegram/${name.trim()}`;
