import { expect, it } from 'vitest';
import { clock, dayHeading, languageName, listed, moment, percent, secondsSince, secondsUntil, timeOfDay, timeOrDay } from '@/time/format';

const local = (day: number, hour = 12): string => new Date(2026, 10, day, hour).toISOString();
const now = new Date(2026, 10, 14, 15).getTime();

it('a duration is minutes and seconds, with hours once there are any', () => {
  expect([0, 42, 724, 3599, 3600, 3723].map((s) => clock(s))).toEqual(['0:00', '0:42', '12:04', '59:59', '1:00:00', '1:02:03']);
});

it('a clock that is ahead of the hub shows no negative time', () => {
  expect(clock(-3)).toBe('0:00');
  expect(secondsSince(local(15), now)).toBe(0);
  expect(secondsUntil(local(13), now)).toBe(0);
});

it('from two days on a duration is days', () => {
  expect(clock(172_799)).toBe('47:59:59');
  expect(clock(172_800, 'en')).toBe('2 days');
  expect(clock(172_800, 'ru')).toBe('2 дн.');
  expect(clock(172_800, 'tr')).toBe('2 gün');
});

it('days are named as people name them', () => {
  expect(dayHeading(local(14, 0), 'en', now)).toBe('Today');
  expect(dayHeading(local(13, 23), 'ru', now)).toBe('Вчера');
  expect(dayHeading(local(14), 'tr', now)).toBe('Bugün');
  expect(dayHeading(local(12), 'ru', now)).toBe('12 ноября');
  expect(dayHeading(new Date(2025, 10, 12).toISOString(), 'en', now)).toBe('November 12, 2025');
});

it('the time says when it was today, the day otherwise', () => {
  expect(timeOrDay(local(14, 9), 'ru', now)).toBe('09:00');
  expect(timeOrDay(local(2), 'tr', now)).toBe('2 Kas');
});

it('a time chosen to the minute is said to the minute, with its day when that is another one', () => {
  expect(moment(local(14, 18), 'ru', now)).toBe('18:00');
  expect(moment(local(15, 9), 'en', now)).toBe('Nov 15, 09:00');
  expect(moment(local(15, 9), 'tr', now)).toBe('15 Kas, 09:00');
});

it('shares, lists and languages follow the language', () => {
  expect(percent(0.845, 'tr')).toBe('%85');
  expect(percent(0.031, 'en', 1)).toBe('3.1%');
  expect(listed(['Boris', 'Cem'], 'ru')).toBe('Boris и Cem');
  expect(languageName('ru', 'tr')).toBe('Rusça');
  expect(languageName('', 'en')).toBe('');
  expect(languageName('no such tag', 'en')).toBe('no such tag');
});

it('a time of day is that of the zone that is named beside it', () => {
  const at = '2026-11-14T08:12:00Z';
  expect([timeOfDay(at, 'en', 'UTC'), timeOfDay(at, 'en', 'Europe/Berlin'), timeOfDay(at, 'ru', 'Asia/Tokyo')]).toEqual(['08:12', '09:12', '17:12']);
});
