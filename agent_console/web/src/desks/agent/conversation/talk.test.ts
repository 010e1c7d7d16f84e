import { describe, expect, it } from 'vitest';
import { filtered, firstUnread } from '@/desks/agent/conversation/filters';
import { isPicture, misfit, sizeWords } from '@/desks/agent/conversation/files';
import { askedFor, fitting, named, stillNamed } from '@/desks/agent/conversation/naming';
import { folded } from '@/desks/agent/conversation/quotes';
import { chosenTime, choices, fieldValue } from '@/desks/agent/conversation/times';
import { withTouch, type Timeline } from '@/desks/agent/conversation/timeline';
import { text } from '@/i18n/text';
import { touch } from '@/live/samples';

describe('files', () => {
  const limits = { channel: 'webchat', text_chars: 10, file_bytes: 1000, files: 2 };
  it('only pictures of points are shown', () => {
    expect(['image/png', 'image/svg+xml', 'text/html'].map((media_type) => isPicture({ media_type }))).toEqual([true, false, false]);
  });
  it('says what does not fit, and why', () => {
    expect(misfit(1001, 0, limits)).toBe('too_large');
    expect(misfit(1000, 0, limits)).toBeNull();
    expect(misfit(1, 2, limits)).toBe('too_many');
    expect(misfit(1, 0, { ...limits, file_bytes: 0 })).toBe('none_here');
    expect(misfit(1e9, 9, undefined)).toBeNull();
  });
  it('says sizes shortly', () => {
    expect([12, 1500, 2_340_000].map((n) => sizeWords(n, text))).toEqual(['12 B', '2 kB', '2.3 MB']);
  });
});

describe('naming colleagues', () => {
  const people = ['Boris Volkov', 'Cem Yılmaz', 'Élodie Roux'].map((name, n) => ({ id: `${n}`, name, roles: [] }));
  it('asks after an @ at the beginning of a word', () => {
    expect(askedFor('ask @bo', 7)).toEqual({ from: 4, words: 'bo' });
    expect(askedFor('@', 1)).toEqual({ from: 0, words: '' });
    expect(askedFor('a@b.c', 5)).toBeNull();
    expect(askedFor('ask @bo and', 4)).toBeNull();
  });
  it('finds people by any part of the name, whatever the marks', () => {
    expect(fitting(people, 'vol').map((p) => p.name)).toEqual(['Boris Volkov']);
    expect(fitting(people, 'YIL').map((p) => p.name)).toEqual(['Cem Yılmaz']);
    expect(fitting(people, 'elo').map((p) => p.name)).toEqual(['Élodie Roux']);
  });
  it('puts the name in the place of what was typed', () => {
    const chosen = people[0]!;
    expect(named('ask @bo now', { from: 4, words: 'bo' }, 7, chosen)).toEqual({ text: 'ask @Boris Volkov now', caret: 18 });
    expect(stillNamed('ask @Boris Volkov', people).map((p) => p.id)).toEqual(['0']);
  });
});

describe('times to come', () => {
  it('are those that make sense now', () => {
    const friday = new Date(2026, 10, 13, 10).getTime();
    expect(choices(friday).map(({ preset, atMs }) => `${preset} ${fieldValue(atMs)}`)).toEqual([
      'hour 2026-11-13T11:00', 'hours 2026-11-13T13:00', 'evening 2026-11-13T18:00', 'tomorrow 2026-11-14T09:00', 'monday 2026-11-16T09:00',
    ]);
    const sundayNight = new Date(2026, 10, 15, 22).getTime();
    expect(choices(sundayNight).map(({ preset }) => preset)).toEqual(['hour', 'hours', 'tomorrow']);
  });
  it('a field of the past is no time to come', () => {
    const now = new Date(2026, 10, 13, 10).getTime();
    expect(chosenTime('2026-11-13T09:59', now)).toBeNull();
    expect(chosenTime('', now)).toBeNull();
    expect(chosenTime('2026-11-13T10:01', now)).toBe(now + 60_000);
  });
});

describe('what is shown of a history', () => {
  const timeline: Timeline = [
    touch({ seq: 1 }),
    touch({ seq: 2, direction: 'internal' }),
    touch({ seq: 3, attachments: [{ sha256: 'a', name: 'a', media_type: 'image/png', size_bytes: 1 }] }),
    touch({ seq: 4, interaction_id: 'i2', channel: 'email' }),
  ].reduce<Timeline>((all, one) => withTouch(all, one, 'support'), []);
  it.each([['messages', 3], ['notes', 1], ['files', 1], ['channel', 3], ['conversation', 3], ['all', 4]] as const)('%s: %i', (filter, n) => {
    expect(filtered(timeline, filter, 'webchat', 'i1')).toHaveLength(n);
  });
  it('reading goes on at the first of the unread', () => {
    expect(firstUnread(timeline, 'i1', 2)).toBe(1);
    expect(firstUnread(timeline, 'i1', 1)).toBe(3);
    expect(firstUnread(timeline, 'i1', 0)).toBeNull();
  });
});

describe('quoted text', () => {
  it('at the end of a mail is put away', () => {
    expect(folded('Yes.\n\nOn Mon, 2 Nov 2026 at 9:00, Anna wrote:\n> Is it blue?\n> Anna')).toEqual({
      own: 'Yes.', quoted: 'On Mon, 2 Nov 2026 at 9:00, Anna wrote:\n> Is it blue?\n> Anna',
    });
    expect(folded('Да.\n2 ноября Анна писала:\n> Синий?\n> А').own).toBe('Да.');
  });
  it('is not put away when it is all there is, or only one line', () => {
    expect(folded('> one\n> two').quoted).toBe('');
    expect(folded('hello\n> one line').quoted).toBe('');
    expect(folded('plain').quoted).toBe('');
  });
});
