import { afterEach, beforeAll, expect, it } from 'vitest';
import { whyLine, whyWords } from '@/desks/agent/card/why';
import type { Why } from '@/generated/views';
import { learn, speak, text } from '@/i18n/text';

const why = (part: Partial<Why> = {}): Why => ({
  reason: 'longest_idle',
  chosen: 'Anna',
  idle_s: 124,
  considered: 7,
  could: 3,
  next_names: ['Boris', 'Cem'],
  excluded: [],
  place: 1,
  text: 'Anna has waited longest.',
  by: '',
  ...part,
});

beforeAll(() => learn('ru'));
afterEach(() => speak('en'));

it('the reason is said to the one who was chosen, and of somebody else', () => {
  expect(whyWords(why(), text, true).reason).toBe('You have waited longest for work: 2:04.');
  expect(whyWords(why(), text, false).reason).toBe('Anna had waited longest for work: 2:04.');
});

it('who would have been next is said in the reader’s language', () => {
  speak('ru');
  expect(whyWords(why(), text, true).among).toEqual(['Взять могли 3 из 7.', 'Дальше в ряду: Boris и Cem.']);
});

it('agents who were not asked are counted by rule, and named where the hub names them', () => {
  const excluded = [
    { rule: 'skill', wanted: 'lang:ru ≥ 3', count: 2, names: ['Dilara', 'Egor'] },
    { rule: 'paused', wanted: '', count: 1, names: [] },
  ];
  expect(whyWords(why({ excluded }), text, true).excluded).toEqual(['2 without Russian: Dilara, Egor', '1 paused']);
});

it('a reason and a rule that are new to the console are not hidden', () => {
  const words = whyWords(why({ reason: 'owner', excluded: [{ rule: 'night', wanted: '', count: 4, names: [] }] }), text, true);
  expect(words.reason).toBe('Anna has waited longest.');
  expect(words.excluded).toEqual(['4 night']);
});

it('the offer shows the reason and how many could', () => {
  expect(whyLine(why(), text, true)).toBe('You have waited longest for work: 2:04. 3 of 7 could take it.');
  expect(whyLine(why({ reason: 'only_one', could: 1, next_names: [] }), text, true)).toBe('Only you can take it now.');
});
