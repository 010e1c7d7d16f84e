import { describe, expect, it } from 'vitest';
import { bodyOf, fieldOf, formOf, newBot, toneOf, wrongInMenu } from '@/desks/admin/telegram/bot-draft';
import type { TelegramBotView } from '@/generated/api';

const bot: TelegramBotView = {
  id: 'b', version: 2, name: 'shop', queue_id: 'q', enabled: true,
  setup: { updates: 'webhook', language: 'ru', groups: true, business_owners: [7, 8], welcome: { ru: 'Здравствуйте' }, rating: { ru: 'Как всё прошло?' }, menu: { text: { ru: 'О чём речь?' }, buttons: [{ labels: { ru: 'Заказы' }, queue_id: 'q2', skills: { boilers: 3 } }, { labels: { ru: 'Другое' }, queue_id: null, skills: {} }], wait_s: 90 } },
  has_token: true, username: 'shop_bot', receiving: 'works', sending: 'unknown', since: null, trouble: '', trouble_code: '', trouble_values: {},
};

describe('the form of a bot', () => {
  it('gives back what it was given, and no token', () => {
    const { name, queue_id, enabled, setup } = bot;
    expect(bodyOf(formOf(bot))).toEqual({ name, queue_id, enabled, setup, token: '' });
  });

  it('sends no text that is empty, and what is no id so that it is refused', () => {
    const form = newBot('q', 'tr');
    Object.assign(form, { owners: ' 12,\n@anna 9007199254740993 ', welcome: { en: ' ', tr: 'Merhaba' }, rating: { ru: '\n' }, token: ' 1:a ' });
    expect(bodyOf(form)).toMatchObject({ setup: { business_owners: [12, 0, 0], welcome: { tr: 'Merhaba' }, rating: {}, language: 'tr' }, token: '1:a' });
  });

  it.each([
    ['token', 'token'],
    ['secrets.token', 'token'],
    ['setup.welcome', 'welcome'],
    ['$.bot.setup.welcome[...]', 'welcome'],
    ['$.setup.business_owners[2]', 'business_owners'],
    ['setup.business_owners.0', 'business_owners'],
    ['$.bot.name', 'name'],
  ])('knows the field %s', (said, known) => expect(fieldOf(said)).toBe(known));

  it.each([
    ['setup.menu.text', { part: 'text', button: -1 }],
    ['$.bot.setup.menu.text[...]', { part: 'text', button: -1 }],
    ['setup.menu.buttons', { part: 'buttons', button: -1 }],
    ['setup.menu.buttons.1.labels', { part: 'labels', button: 1 }],
    ['$.setup.menu.buttons[2].labels[...]', { part: 'labels', button: 2 }],
    ['$.bot.setup.menu.buttons[1].skills[...]', { part: 'skills', button: 1 }],
    ['setup.menu.buttons.0.queue_id', { part: 'queue_id', button: 0 }],
    ['$.bot.setup.menu.wait_s', { part: 'wait_s', button: -1 }],
    ['setup.welcome', null],
  ])('knows the part %s of the menu', (said, known) => expect(wrongInMenu(said)).toEqual(known));

  it('says how it fares', () => {
    expect(toneOf(bot)).toBe('ok');
    expect(toneOf({ ...bot, receiving: 'unknown' })).toBe('warn');
    expect(toneOf({ ...bot, sending: 'broken' })).toBe('bad');
    expect(toneOf({ ...bot, enabled: false })).toBe('off');
  });
});
