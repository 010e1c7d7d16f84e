import { baseCompile } from '@intlify/message-compiler';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import en from '@/i18n/en';
import { pluralIndex } from '@/i18n/plural';
import ru from '@/i18n/ru';
import { type Key, LANGUAGES, learn, speak, text } from '@/i18n/text';
import tr from '@/i18n/tr';

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...leaves(value, `${prefix}${key}.`)],
    ),
  );
}

const english = leaves(en);
const translated = { ru: leaves(ru), tr: leaves(tr) };
const names = (message: string) => [...new Set(message.match(/\{\w+\}/g))].sort();
const forms = (message: string) => message.split('|').length;
const PLURAL = [...english].filter(([, message]) => message.includes('|')).map(([key]) => key);

beforeAll(() => Promise.all(LANGUAGES.map(learn)).then(() => undefined));
afterEach(() => speak('en'));

describe.each(Object.entries(translated))('%s', (language, messages) => {
  it('has every key, and no other', () => {
    expect([...messages.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('has a text for every key', () => {
    expect([...messages].filter(([, message]) => !message.trim())).toEqual([]);
  });

  it('names the same values as English', () => {
    const wrong = [...english].filter(([key, message]) => String(names(message)) !== String(names(messages.get(key) ?? '')));
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it('has as many plural forms as the language needs', () => {
    const needed = language === 'ru' ? 3 : 2;
    expect(PLURAL.filter((key) => forms(messages.get(key) ?? '') !== needed)).toEqual([]);
  });
});

it('Russian has one, few and many', () => {
  const index = (n: number) => pluralIndex('ru', n, 3);
  expect([1, 21, 101, 5021].map(index)).toEqual([0, 0, 0, 0]);
  expect([2, 3, 4, 22, 5024].map(index)).toEqual([1, 1, 1, 1, 1]);
  expect([0, 5, 11, 12, 14, 20, 111].map(index)).toEqual([2, 2, 2, 2, 2, 2, 2]);
});

it('English and Turkish have one and other', () => {
  expect([0, 1, 2].map((n) => pluralIndex('en', n, 2))).toEqual([1, 0, 1]);
  expect([0, 1, 2].map((n) => pluralIndex('tr', n, 2))).toEqual([1, 0, 1]);
});

it('counts are said right in every language', () => {
  const said = LANGUAGES.map((language) => {
    speak(language);
    return [1, 3, 5].map((n) => text.t('card.engagements', { n }, n));
  });
  expect(said).toEqual([
    ['1 engagement', '3 engagements', '5 engagements'],
    ['1 обращение', '3 обращения', '5 обращений'],
    ['1 görüşme', '3 görüşme', '5 görüşme'],
  ]);
});

it('a word that is new to the console is shown as it is, not as a key', () => {
  expect(text.word('pause', 'lunch')).toBe('Lunch');
  expect(text.word('pause', 'fire_drill')).toBe('fire drill');
  expect(text.word('channel', '')).toBe('');
});

it('every message can be said', () => {
  for (const language of LANGUAGES) {
    speak(language);
    for (const [key, message] of english) {
      const named = Object.fromEntries(names(message).map((name) => [name.slice(1, -1), 'x']));
      expect(text.t(key as Key, named, 2)).not.toMatch(/[{}|]/);
    }
  }
});

it('every text of every area can be said: what stands for a value or a link is written as one', async () => {
  const areas = import.meta.glob<{ default: Tree }>('./**/{*.en,*.ru,*.tr,en,ru,tr}.ts');
  const wrong: string[] = [];
  for (const [file, load] of Object.entries(areas)) {
    for (const [key, message] of leaves((await load()).default)) {
      baseCompile(message, { onError: (error) => wrong.push(`${file} ${key}: ${error.message}`) });
    }
  }
  expect(Object.keys(areas).length).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});
