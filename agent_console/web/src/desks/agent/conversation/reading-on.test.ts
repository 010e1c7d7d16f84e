import { expect, it } from 'vitest';
import { isNewAbove, looked, NOTHING_NEW, readingOn, writtenOn } from '@/desks/agent/conversation/reading-on';
import { type Timeline, withTouch } from '@/desks/agent/conversation/timeline';
import { touch } from '@/live/samples';

const asked: Timeline = [1, 2, 3].reduce<Timeline>((timeline, seq) => withTouch(timeline, touch({ seq }), 'support'), []);

it('reading goes on at the first unread message, or nowhere', () => {
  expect(readingOn(asked, 'i1', 2)).toEqual({ seq: 2, count: 2, isSeen: false });
  expect(readingOn(asked, 'i1', 0)).toBe(NOTHING_NEW);
});

it('what is above is said until it was on the screen, and never again', () => {
  const opened = readingOn(asked, 'i1', 2);
  expect(isNewAbove(opened, 100, 300)).toBe(true);
  expect(isNewAbove(looked(opened, 100, 300, 700), 100, 300)).toBe(true);
  const seen = looked(opened, 100, 50, 450);
  expect(isNewAbove(seen, 100, 300)).toBe(false);
  expect(isNewAbove(opened, null, 300)).toBe(false);
});

it('an answer or a note ends it, the next message and other conversations do not', () => {
  const opened = readingOn(asked, 'i1', 2);
  expect(writtenOn(opened, withTouch(asked, touch({ seq: 4 }), ''), 'i1')).toBe(opened);
  expect(writtenOn(opened, withTouch(asked, touch({ seq: 4, interaction_id: 'i2', direction: 'outbound' }), ''), 'i1')).toBe(opened);
  for (const direction of ['outbound', 'internal'] as const) {
    expect(writtenOn(opened, withTouch(asked, touch({ seq: 4, direction }), ''), 'i1')).toBe(NOTHING_NEW);
  }
});
