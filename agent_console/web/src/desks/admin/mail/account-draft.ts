/** An account of mail as its form holds it, and as it is sent. Pure. */

import type { MailAccountBody, MailAccountView, MailRuleBody, MailServerBody, MailSignIn, RuleField, Security } from '@/generated/api';

export const SECRETS = ['incoming_password', 'outgoing_password', 'client_secret', 'refresh_token'] as const;
export type SecretName = (typeof SECRETS)[number];

export interface ServerForm {
  isOn: boolean;
  host: string;
  port: number | '';
  security: Security;
  sign_in: MailSignIn;
  username: string;
  certificate: string;
}

export interface RuleForm {
  looks_at: RuleField;
  contains: string;
  queue_id: string;
  language: string;
  priority: number | '';
  /** Kept as they are: they are not edited here. */
  skills: Readonly<Record<string, number>>;
}

export interface AccountForm {
  name: string;
  address: string;
  queue_id: string;
  enabled: boolean;
  incoming: ServerForm;
  outgoing: ServerForm;
  folder: string;
  read_folder: string;
  oauth: { token_url: string; client_id: string; scope: string };
  display_name: string;
  /** One a line. */
  aliases: string;
  trusted_host: string;
  language: string;
  signatures: Readonly<Record<string, string>>;
  answers: Readonly<Record<string, string>>;
  quotes: boolean;
  subaddress: boolean;
  import_old: boolean;
  rules: RuleForm[];
  /** What is typed anew; what is kept never comes here. */
  secrets: Record<SecretName, string>;
}

const server = (port: number, known?: MailServerBody | null): ServerForm => ({
  isOn: known !== null,
  host: known?.host ?? '',
  port: known?.port ?? port,
  security: known?.security ?? 'tls',
  sign_in: known?.sign_in ?? 'password',
  username: known?.username ?? '',
  certificate: known?.certificate ?? '',
});

const noSecrets = (): Record<SecretName, string> => ({ incoming_password: '', outgoing_password: '', client_secret: '', refresh_token: '' });

export const newAccount = (queueId: string, language: string): AccountForm => ({
  name: '', address: '', queue_id: queueId, enabled: true, incoming: server(993), outgoing: server(465), folder: 'INBOX', read_folder: '',
  oauth: { token_url: '', client_id: '', scope: '' }, display_name: '', aliases: '', trusted_host: '', language,
  signatures: {}, answers: {}, quotes: false, subaddress: false, import_old: false, rules: [], secrets: noSecrets(),
});

export const newRule = (): RuleForm => ({ looks_at: 'subject', contains: '', queue_id: '', language: '', priority: 0, skills: {} });

export function formOf({ name, address, queue_id, enabled, setup }: MailAccountView): AccountForm {
  return {
    name, address, queue_id, enabled,
    incoming: server(993, setup.incoming ?? null),
    outgoing: server(465, setup.outgoing ?? null),
    folder: setup.folder ?? 'INBOX',
    read_folder: setup.read_folder ?? '',
    oauth: { token_url: setup.oauth?.token_url ?? '', client_id: setup.oauth?.client_id ?? '', scope: setup.oauth?.scope ?? '' },
    display_name: setup.display_name ?? '',
    aliases: (setup.aliases ?? []).join('\n'),
    trusted_host: setup.trusted_host ?? '',
    language: setup.language ?? 'en',
    signatures: setup.signatures ?? {},
    answers: setup.auto_answer?.texts ?? {},
    quotes: setup.quotes ?? false,
    subaddress: setup.subaddress ?? false,
    import_old: setup.import_old ?? false,
    rules: (setup.rules ?? []).map((rule) => ({
      looks_at: rule.looks_at, contains: rule.contains, queue_id: rule.queue_id ?? '', language: rule.language ?? '', priority: rule.priority ?? 0, skills: rule.skills ?? {},
    })),
    secrets: noSecrets(),
  };
}

/** Whether tokens are asked for by one of its servers. */
export const usesTokens = (form: AccountForm): boolean => [form.incoming, form.outgoing].some((one) => one.isOn && one.sign_in === 'oauth');

/** What is sent. A number somebody emptied is sent as 0 and refused at its field. */
export function bodyOf(form: AccountForm): MailAccountBody {
  return {
    name: form.name.trim(),
    address: form.address.trim(),
    queue_id: form.queue_id,
    enabled: form.enabled,
    setup: {
      incoming: serverOf(form.incoming),
      outgoing: serverOf(form.outgoing),
      folder: form.folder.trim(),
      read_folder: form.read_folder.trim(),
      oauth: usesTokens(form) ? { token_url: form.oauth.token_url.trim(), client_id: form.oauth.client_id.trim(), scope: form.oauth.scope.trim() } : null,
      display_name: form.display_name.trim(),
      aliases: form.aliases.split(/[\s,;]+/).filter(Boolean),
      trusted_host: form.trusted_host.trim(),
      language: form.language,
      rules: form.rules.map(ruleOf),
      signatures: said(form.signatures),
      auto_answer: { texts: said(form.answers) },
      quotes: form.quotes,
      subaddress: form.subaddress,
      import_old: form.import_old,
    },
    secrets: Object.fromEntries(SECRETS.filter((name) => form.secrets[name]).map((name) => [name, form.secrets[name]])),
  };
}

const serverOf = ({ isOn, ...form }: ServerForm): MailServerBody | null =>
  isOn
    ? { ...form, host: form.host.trim(), port: form.port || 0, username: form.sign_in === 'none' ? '' : form.username.trim(), certificate: form.certificate.trim() }
    : null;

const ruleOf = (rule: RuleForm): MailRuleBody => ({ ...rule, contains: rule.contains.trim(), queue_id: rule.queue_id || null, priority: rule.priority || 0 });

const said = (texts: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(texts).filter(([, words]) => words.trim()));

/** The field of a refusal as this form calls it: `setup.incoming.host`, `$.account.setup.rules[0]` and the like are one name here. */
export const fieldOf = (field: string): string =>
  field.replace(/^\$?\.?(?:account\.)?/, '').replace(/^(?:setup|secrets)\./, '').replace(/\[.*$/, '').replace(/^(signatures|auto_answer|aliases|rules)\..*$/, '$1');

/** How an account fares, for the colour of its mark. */
export function toneOf(account: Pick<MailAccountView, 'enabled' | 'receiving' | 'sending'>): 'off' | 'bad' | 'ok' | 'warn' {
  if (!account.enabled) return 'off';
  if (account.receiving === 'broken' || account.sending === 'broken') return 'bad';
  // a server that nothing was sent by yet is no trouble while the other half does well
  return [account.receiving, account.sending].some((word) => WELL.has(word)) ? 'ok' : 'warn';
}

const WELL: ReadonlySet<string> = new Set(['reading', 'waiting', 'works']);

/** Whether somebody changed anything that would be lost. `before` is the form as it was opened. */
export const isChanged = (form: AccountForm, before: AccountForm): boolean => JSON.stringify(bodyOf(form)) !== JSON.stringify(bodyOf(before));

/** The language of the text that was refused: `setup.signatures.ru`. */
export const languageOf = (field: string): string | undefined => /(?:signatures|texts)[.[]['"]?([a-z]{2})\b/.exec(field)?.[1];
