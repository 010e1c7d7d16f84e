import { describe, expect, it } from 'vitest';
import { bodyOf, fieldOf, formOf, isChanged, languageOf, newAccount, newRule, toneOf } from '@/desks/admin/mail/account-draft';
import type { MailAccountView } from '@/generated/api';

const account: MailAccountView = {
  id: 'a', version: 3, name: 'support', address: 'support@shop.test', queue_id: 'q', enabled: true,
  setup: {
    incoming: { host: 'imap.shop.test', port: 993, security: 'tls', sign_in: 'password', username: 'u', certificate: '' },
    outgoing: null, folder: 'INBOX', read_folder: 'Done', oauth: null, display_name: 'Shop', aliases: ['help@shop.test'],
    trusted_host: 'mx.shop.test', language: 'tr', signatures: { en: 'Bye' }, auto_answer: { texts: { tr: 'Aldık' } }, quotes: true, subaddress: true, import_old: false,
    rules: [{ looks_at: 'to', contains: 'sales', queue_id: null, skills: { vip: 4 }, language: '', priority: 2 }],
  },
  secrets_set: ['incoming_password'], receiving: 'waiting', sending: 'off', since: null, trouble: '', trouble_code: '', trouble_values: {},
};

describe('the form of an account', () => {
  it('gives back what it was given, and no secret', () => {
    const { name, address, queue_id, enabled, setup } = account;
    expect(bodyOf(formOf(account))).toEqual({ name, address, queue_id, enabled, setup, secrets: {} });
  });

  it('sends only secrets that were typed', () => {
    const form = formOf(account);
    form.secrets.outgoing_password = ' with a blank ';
    expect(bodyOf(form).secrets).toEqual({ outgoing_password: ' with a blank ' });
  });

  it('sends no server that is off, no text that is empty, no tokens that nobody asks for', () => {
    const form = newAccount('q', 'en');
    form.incoming.isOn = false;
    form.outgoing.port = '';
    form.signatures = { en: '  ', ru: 'Пока' };
    form.aliases = ' a@x.test,\nb@x.test ';
    form.oauth.token_url = 'https://x.test';
    form.rules = [{ ...newRule(), contains: ' order ' }];
    const { setup } = bodyOf(form);
    expect(setup).toMatchObject({ incoming: null, oauth: null, signatures: { ru: 'Пока' }, aliases: ['a@x.test', 'b@x.test'] });
    expect(setup?.outgoing?.port).toBe(0);
    expect(setup?.rules?.[0]).toMatchObject({ contains: 'order', queue_id: null });
    form.outgoing.sign_in = 'oauth';
    expect(bodyOf(form).setup?.oauth?.token_url).toBe('https://x.test');
  });

  it.each([
    ['name', 'name'],
    ['incoming.host', 'incoming.host'],
    ['setup.incoming.host', 'incoming.host'],
    ['$.account.setup.outgoing.port', 'outgoing.port'],
    ['account.setup.rules[0].contains', 'rules'],
    ['$.setup.signatures[...]', 'signatures'],
    ['auto_answer', 'auto_answer'],
  ])('knows the field %s', (said, known) => expect(fieldOf(said)).toBe(known));

  it('knows what was changed, and which text was refused', () => {
    const form = formOf(account);
    expect(isChanged(form, formOf(account))).toBe(false);
    expect(isChanged({ ...form, signatures: { en: 'Yours' } }, formOf(account))).toBe(true);
    expect(isChanged({ ...form, secrets: { ...form.secrets, incoming_password: 'x' } }, formOf(account))).toBe(true);
    expect([languageOf('setup.signatures.ru'), languageOf('setup.auto_answer.texts.tr'), languageOf('setup.folder')]).toEqual(['ru', 'tr', undefined]);
  });

  it('says how it fares', () => {
    expect(toneOf(account)).toBe('ok');
    expect(toneOf({ ...account, sending: 'unknown' })).toBe('ok');
    expect(toneOf({ ...account, receiving: 'unknown', sending: 'unknown' })).toBe('warn');
    expect(toneOf({ ...account, sending: 'broken' })).toBe('bad');
    expect(toneOf({ ...account, enabled: false })).toBe('off');
  });
});
