/** A bot of Telegram as its form holds it, and as it is sent. Pure. */

import type { SkillRow } from '@/desks/admin/floor/queue-draft';
import type { TelegramBotBody, TelegramBotView, UpdatesBy } from '@/generated/api';

type Texts = Readonly<Record<string, string>>;

/** A button of the menu; `queue_id` empty: the bot's own. */
export interface ButtonForm {
  labels: Texts;
  queue_id: string;
  skills: SkillRow[];
}

export interface MenuForm {
  text: Texts;
  buttons: ButtonForm[];
  wait_s: number;
}

export const MENU_BUTTONS = 10;

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
  menu: MenuForm;
  /** What is typed anew; the kept one never comes here. */
  token: string;
}

export const newBot = (queueId: string, language: string): BotForm => ({
  name: '', queue_id: queueId, enabled: true, updates: 'polling', language, groups: false, owners: '', welcome: {}, rating: {}, menu: { text: {}, buttons: [], wait_s: 120 }, token: '',
});

export const formOf = ({ name, queue_id, enabled, setup }: TelegramBotView): BotForm => ({
  name, queue_id, enabled,
  updates: setup.updates ?? 'polling',
  language: setup.language ?? 'en',
  groups: setup.groups ?? false,
  owners: (setup.business_owners ?? []).join('\n'),
  welcome: setup.welcome ?? {},
  rating: setup.rating ?? {},
  menu: {
    text: setup.menu?.text ?? {},
    buttons: (setup.menu?.buttons ?? []).map((button) => ({ labels: button.labels, queue_id: button.queue_id ?? '', skills: Object.entries(button.skills ?? {}).map(([skill, level]) => ({ skill, level })) })),
    wait_s: setup.menu?.wait_s ?? 120,
  },
  token: '',
});

const written = (texts: Texts): Texts => Object.fromEntries(Object.entries(texts).filter(([, words]) => words.trim()));

const asked = (rows: readonly SkillRow[]): Readonly<Record<string, number>> =>
  Object.fromEntries(rows.filter((row) => row.skill.trim()).map((row) => [row.skill.trim(), Math.round(Number(row.level)) || 0]));

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
    menu: {
      text: written(form.menu.text),
      buttons: form.menu.buttons.map((button) => ({ labels: written(button.labels), queue_id: button.queue_id || null, skills: asked(button.skills) })),
      wait_s: form.menu.wait_s,
    },
  },
  token: form.token.trim(),
});

/** The field of a refusal as this form calls it: `setup.welcome`, `$.bot.setup.business_owners[0]`, `business_owners.0` and the like are one name here. */
export const fieldOf = (field: string): string => field.replace(/^\$?\.?(?:bot\.)?/, '').replace(/^(?:setup|secrets)\./, '').replace(/[.[].*$/, '');

export type MenuPart = 'text' | 'buttons' | 'wait_s' | 'labels' | 'queue_id' | 'skills';

/** What of the menu was refused: which part, and of which button. Null: nothing of it. */
export function wrongInMenu(field: string): { part: MenuPart; button: number } | null {
  const found = /menu\.(text|wait_s|buttons)(?:[.[](\d+)\]?)?(?:\.(labels|queue_id|skills))?/.exec(field);
  if (!found) return null;
  const part = (found[3] ?? found[1]) as MenuPart;
  return { part, button: found[2] === undefined ? -1 : Number(found[2]) };
}

/** How a bot fares, for the colour of its mark. */
export function toneOf(bot: Pick<TelegramBotView, 'enabled' | 'receiving' | 'sending'>): 'off' | 'bad' | 'ok' | 'warn' {
  if (!bot.enabled) return 'off';
  if (bot.receiving === 'broken' || bot.sending === 'broken') return 'bad';
  return bot.receiving === 'works' ? 'ok' : 'warn';
}

/** Where Telegram brings the updates of a bot by webhook; the hub tells Telegram so itself. */
export const webhookPath = (name: string): string => `/hooks/telegram/${name.trim()}`;

/** Whether somebody changed anything that would be lost. `before` is the form as it was opened. */
export const isChanged = (form: BotForm, before: BotForm): boolean => JSON.stringify(bodyOf(form)) !== JSON.stringify(bodyOf(before));
