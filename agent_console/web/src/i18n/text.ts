/** The words of the console in the language chosen: typed keys, plurals, and the formats that go with them. */

import { createI18n } from 'vue-i18n';
import type accessCodes from '@/i18n/areas/access_codes.en';
import type auditPage from '@/i18n/areas/audit_page.en';
import type bubbleWords from '@/i18n/areas/bubble.en';
import type caseWork from '@/i18n/areas/case_work.en';
import type clockWords from '@/i18n/areas/clocks.en';
import type composeWords from '@/i18n/areas/compose.en';
import type doublesPage from '@/i18n/areas/doubles_page.en';
import type floorPages from '@/i18n/areas/floor_pages.en';
import type hubStatus from '@/i18n/areas/hub_status.en';
import type importPage from '@/i18n/areas/import_page.en';
import type knowledgePages from '@/i18n/areas/knowledge_pages.en';
import type letterWords from '@/i18n/areas/letter.en';
import type mailPage from '@/i18n/areas/mail_setup.en';
import type mailTold from '@/i18n/areas/mail_told.en';
import type telegramTold from '@/i18n/areas/telegram_told.en';
import type organizationPage from '@/i18n/areas/organization_page.en';
import type phonePage from '@/i18n/areas/phone.en';
import type recordingPage from '@/i18n/areas/recordings.en';
import type startPage from '@/i18n/areas/start.en';
import type telegramPage from '@/i18n/areas/telegram_setup.en';
import type wayWords from '@/i18n/areas/ways.en';
import en from '@/i18n/en';
import { pluralIndex } from '@/i18n/plural';
import * as format from '@/time/format';

export const LANGUAGES = ['en', 'ru', 'tr'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The same keys as English, each with a text. */
export type Messages = Shape<typeof en>;
export type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };
type Leaves<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${K}` : Leaves<T[K], `${Prefix}${K}.`>;
}[keyof T & string];
/** Those that are loaded with their pages too. */
export type Key =
  | Leaves<typeof en>
  | `access_codes.${Leaves<typeof accessCodes>}`
  | `audit.${Leaves<typeof auditPage>}`
  | `bubble.${Leaves<typeof bubbleWords>}`
  | `clocks.${Leaves<typeof clockWords>}`
  | `compose.${Leaves<typeof composeWords>}`
  | `doubles.${Leaves<typeof doublesPage>}`
  | `floor_setup.${Leaves<typeof floorPages>}`
  | `hub_status.${Leaves<typeof hubStatus>}`
  | `imports.${Leaves<typeof importPage>}`
  | `knowledge.${Leaves<typeof knowledgePages>}`
  | `letter.${Leaves<typeof letterWords>}`
  | `mail_setup.${Leaves<typeof mailPage>}`
  | `mail_told.${Leaves<typeof mailTold>}`
  | `telegram_told.${Leaves<typeof telegramTold>}`
  | `telegram_setup.${Leaves<typeof telegramPage>}`
  | `organization.${Leaves<typeof organizationPage>}`
  | `person_card.${Leaves<typeof caseWork>}`
  | `phone.${Leaves<typeof phonePage>}`
  | `recordings.${Leaves<typeof recordingPage>}`
  | `start.${Leaves<typeof startPage>}`
  | `ways.${Leaves<typeof wayWords>}`;

/** English is always here; the others come when somebody reads them. */
const LATER: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ readonly default: Messages }>>> = {
  ru: () => import('@/i18n/ru'),
  tr: () => import('@/i18n/tr'),
};

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en } as unknown as Record<Language, Record<string, string>>,
  pluralRules: Object.fromEntries(LANGUAGES.map((l) => [l, (n: number, forms: number) => pluralIndex(l, n, forms)])),
});

// the keys are checked by our own `Key`: vue-i18n's inference over three whole languages is too deep for the compiler
interface Speaker {
  readonly locale: { value: string };
  t(key: string, named?: Readonly<Record<string, unknown>>, count?: number): string;
  te(key: string, locale: string): boolean;
  mergeLocaleMessage(locale: string, messages: Messages): void;
}
const global = i18n.global as unknown as Speaker;

/** Everything that depends on the language. Read inside a render, it follows a change of language. */
export const text = {
  /** `count` chooses the plural form. */
  t(key: Key, named: Readonly<Record<string, string | number>> = {}, count?: number): string {
    return count === undefined ? global.t(key, named) : global.t(key, named, count);
  },
  /** The text of a stable word from the hub, or the word itself made readable when it is new to us. */
  word(group: 'state' | 'channel' | 'pause' | 'tier' | 'audit.action' | 'audit.results' | 'candidate' | 'role' | 'fact.back' | 'person_card.purpose', word: string): string {
    const key = `${group}.${word}`;
    return word && global.te(key, 'en') ? global.t(key) : word.replaceAll('_', ' ');
  },
  /** Who did something, as history names them: what the hub does by itself is nobody's. */
  actor: (name: string): string => (name === 'system' ? global.t('common.system') : name),
  /** Whether there is a text: for keys made of stable words from the hub, which may be newer than we are. */
  has: (key: string): key is Key => global.te(key, 'en'),
  get locale(): Language {
    return global.locale.value as Language;
  },
  clock: (seconds: number) => format.clock(seconds, text.locale),
  number: (value: number) => format.number(value, text.locale),
  percent: (share: number, digits = 0) => format.percent(share, text.locale, digits),
  listed: (things: readonly string[]) => format.listed(things, text.locale),
  languageName: (tag: string) => format.languageName(tag, text.locale),
  timeOfDay: (at: string | number, zone?: string) => format.timeOfDay(at, text.locale, zone),
  timeWithSeconds: (at: string | number) => format.timeWithSeconds(at, text.locale),
  timeOrDay: (at: string, nowMs: number) => format.timeOrDay(at, text.locale, nowMs),
  moment: (at: string, nowMs: number) => format.moment(at, text.locale, nowMs),
  shortDay: (at: string, nowMs: number) => format.shortDay(at, text.locale, nowMs),
  dayHeading: (at: string, nowMs: number) => format.dayHeading(at, text.locale, nowMs),
  instant: (at: string) => format.instant(at, text.locale),
};
export type Text = typeof text;

const learnt = new Set<Language>(['en']);

/** Loads the words of `language`, once. Rejects when they cannot be had now. */
export async function learn(language: Language): Promise<void> {
  if (language === 'en' || learnt.has(language)) return;
  const words = await LATER[language]();
  // merged, not set: a page may have brought words of its own before
  global.mergeLocaleMessage(language, words.default);
  learnt.add(language);
}

/** Speak `language` from now on; learn it first. */
export function speak(language: Language): void {
  global.locale.value = language;
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}
