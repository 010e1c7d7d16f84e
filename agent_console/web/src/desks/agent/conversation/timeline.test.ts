import { describe, expect, it } from 'vitest';
import { isParted, merged, newestTouch, rowsOf, type Timeline, withDelivery, withTouch } from '@/desks/agent/conversation/timeline';
import type { TimelineEntry } from '@/generated/api';
import type { CardMerge, TouchView } from '@/generated/views';
import { card, touch } from '@/live/samples';

const at = (minute: number, day = 14): string => new Date(2026, 10, day, 9, minute).toISOString();

const entry = (part: Partial<TouchView> = {}): TimelineEntry => {
  const shown = touch({ at: at(part.seq ?? 1), ...part });
  return { at: shown.at, kind: 'touch', interaction_id: shown.interaction_id, seq: shown.seq, channel: 'webchat', queue: 'support', touch: shown, agent: shown.author, detail: '', what: '', was: '', now: '', opens: true };
};
const fact = (kind: string, seq: number, detail = ''): TimelineEntry => ({
  at: at(seq), kind, interaction_id: 'i1', seq, channel: 'webchat', queue: 'support', touch: null, agent: 'Anna', detail, what: '', was: '', now: '', opens: true,
});
const seqs = (timeline: Timeline) => timeline.map((e) => e.seq);

describe('order', () => {
  it('a page, newest first, becomes a history, oldest first', () => {
    expect(seqs(merged([], [entry({ seq: 3 }), entry({ seq: 2 }), entry({ seq: 1 })]))).toEqual([1, 2, 3]);
  });

  it('within an interaction the number decides, even where the clock went back', () => {
    const timeline = merged([], [entry({ seq: 1, at: at(30) }), entry({ seq: 2, at: at(10) }), entry({ seq: 3, at: at(31) })]);
    expect(seqs(timeline)).toEqual([1, 2, 3]);
  });

  it('two interactions lie in each other by time', () => {
    const other = (seq: number, minute: number) => entry({ interaction_id: 'i2', seq, at: at(minute) });
    const timeline = merged([], [entry({ seq: 1, at: at(1) }), entry({ seq: 2, at: at(3) }), other(1, 2), other(2, 4)]);
    expect(timeline.map((e) => `${e.interaction_id}.${e.seq}`)).toEqual(['i1.1', 'i2.1', 'i1.2', 'i2.2']);
  });
});

describe('a record and others', () => {
  const merge = (id: string): CardMerge => ({ id, name: 'Olga', by: 'Anna', at: at(1) });
  const now = (interactions: number, ...merges: string[]) => card({ interactions, merges: merges.map(merge) });

  it('are parted by a merge, its undo, and an address that takes its conversations along', () => {
    expect(isParted(now(1), now(3, 'm1'))).toBe(true);
    expect(isParted(now(3, 'm1'), now(1))).toBe(true);
    // the undo of a merge in which something came since for the one who stays
    expect(isParted(now(1, 'm1'), now(1))).toBe(true);
    expect(isParted(now(3), now(2))).toBe(true);
  });

  it('are not by what the client says or what somebody writes on the card', () => {
    expect(isParted(now(1, 'm1'), now(2, 'm1'))).toBe(false);
    expect(isParted(now(1), { ...now(1), name: 'Olga', version: 9 })).toBe(false);
  });
});

describe('frames and pages together', () => {
  it('a touch that both bring is there once', () => {
    const timeline = withTouch(merged([], [entry({ seq: 1 })]), touch({ seq: 1, at: at(1) }), 'support');
    expect(seqs(timeline)).toEqual([1]);
  });

  it('a touch and a fact with one number are two things', () => {
    expect(merged([entry({ seq: 1 })], [fact('interaction_opened', 1)]).length).toBe(2);
  });

  it('what a page says replaces what was known', () => {
    const timeline = merged([entry({ seq: 1, delivery: 'queued' })], [entry({ seq: 1, delivery: 'sent' })]);
    expect(timeline[0]?.touch?.delivery).toBe('sent');
  });

  it('a delivery that came further is shown at its touch alone', () => {
    const timeline = withDelivery(merged([], [entry({ seq: 1, id: 'a' }), entry({ seq: 2, id: 'b', delivery: 'queued' })]), {
      kind: 'delivery_changed', seq: 9, interaction_id: 'i1', touch_id: 'b', touch_seq: 2, delivery: 'failed', detail: 'gone',
    });
    expect(timeline.map((e) => e.touch?.delivery)).toEqual(['received', 'failed']);
    expect(timeline[1]?.touch?.delivery_detail).toBe('gone');
  });
});

describe('rows', () => {
  it('every day begins with its name', () => {
    const rows = rowsOf(merged([], [entry({ seq: 1, at: at(1, 13) }), entry({ seq: 2, at: at(1, 14) }), entry({ seq: 3, at: at(2, 14) })]));
    expect(rows.map((r) => r.kind)).toEqual(['day', 'touch', 'day', 'touch', 'touch']);
  });

  it('messages of one author within five minutes stand together', () => {
    const rows = rowsOf(merged([], [
      entry({ seq: 1, at: at(0) }),
      entry({ seq: 2, at: at(4) }),
      entry({ seq: 3, at: at(9) }),
      entry({ seq: 4, at: at(10), direction: 'outbound', author: 'Anna' }),
    ]));
    expect(rows.flatMap((r) => (r.kind === 'touch' ? [r.isFirst] : []))).toEqual([true, false, true, true]);
  });

  it('the house’s own steps are no lines, what happened to the client is', () => {
    const rows = rowsOf([
      fact('interaction_opened', 1),
      fact('work_queued', 2, 'new'),
      fact('work_offered', 3),
      fact('work_queued', 4, 'expired'),
      fact('work_assigned', 5, 'accepted'),
      fact('work_wrap_up', 6, 'closed'),
      fact('interaction_closed', 7, 'solved'),
    ]);
    expect(rows.flatMap((r) => (r.kind === 'fact' ? [r.entry.seq] : []))).toEqual([1, 4, 5, 7]);
  });
});

it('read up to is the newest touch of this interaction', () => {
  const timeline = [entry({ seq: 4 }), entry({ seq: 6, direction: 'outbound' }), entry({ seq: 9, interaction_id: 'i2' })];
  expect(newestTouch(timeline, 'i1')).toBe(6);
  expect(newestTouch(timeline, 'nowhere')).toBe(0);
});
