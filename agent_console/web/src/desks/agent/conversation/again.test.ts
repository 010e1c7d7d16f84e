import { expect, it } from 'vitest';
import { isOf, sentSince, writtenOf } from '@/desks/agent/conversation/again';
import type { TimelineEntry } from '@/generated/api';
import type { LetterHeadView, TouchView } from '@/generated/views';
import { touch } from '@/live/samples';

const head = (part: Partial<LetterHeadView> = {}): LetterHeadView => ({
  subject: 'Re: Order 12', sender: null, reply_to: [], to: [{ address: 'a@b.test', name: 'A' }], cc: [{ address: 'c@b.test', name: '' }], bcc: [], kind: 'personal', proof: 'unknown',
  has_html: false, quoted: false, signature: false, remote_images: 0, unreadable: false, defects: [], may_belong_to: [], ...part,
});
const ours = (part: Partial<TouchView> = {}): TouchView => touch({ seq: 5, channel: 'email', direction: 'outbound', author: 'Anna', delivery: 'failed', text: 'It comes.', letter: head(), ...part });
const timeline = (...touches: readonly TouchView[]): TimelineEntry[] =>
  touches.map((one) => ({ at: one.at, kind: 'touch', interaction_id: one.interaction_id, seq: one.seq, channel: one.channel, queue: '', touch: one, agent: '', detail: '', what: '', was: '', now: '', opens: true }));

it('the same words that went out later are the letter sent again', () => {
  const failed = ours();
  const again = ours({ seq: 7, delivery: 'sent', text: ' It comes. ' });
  expect(sentSince(timeline(failed, again), failed)).toBe(again);
  expect(sentSince(timeline(failed, ours({ seq: 7, delivery: 'uncertain' })), failed)?.seq).toBe(7);
});
it.each<[string, Partial<TouchView>]>([
  ['other words', { text: 'It came.' }], ['one that failed too', { delivery: 'failed' }], ['an earlier one', { seq: 4 }], ['a note', { direction: 'internal' }],
  ['another channel', { channel: 'webchat' }], ['another conversation', { interaction_id: 'i2' }],
])('%s is not', (_, part) => {
  const failed = ours();
  expect(sentSince(timeline(failed, ours({ seq: 7, delivery: 'sent', ...part })), failed)).toBeNull();
});
it('the same words in the conversation that is work again count as well, and in no other', () => {
  const failed = ours({ at: '2026-11-14T09:00:00Z' });
  const again = ours({ interaction_id: 'i2', seq: 7, at: '2026-11-14T10:00:00Z', delivery: 'sent' });
  expect(sentSince(timeline(failed, again), failed, 'i2')).toBe(again);
  expect(sentSince(timeline(failed, again), failed, 'i3')).toBeNull();
});
it('a reply that failed after the close is answered for in the conversation that came back, until somebody wrote in another', () => {
  const failed = ours({ interaction_id: 'i1', at: '2026-11-14T09:00:00Z' });
  const theirs = touch({ interaction_id: 'i2', channel: 'email', direction: 'inbound', at: '2026-11-14T10:00:00Z' });
  const since = ours({ interaction_id: 'i2', at: '2026-11-14T11:00:00Z', delivery: 'sent', text: 'Other words' });
  expect(isOf(timeline(failed), failed, 'i1')).toBe(true);
  expect(isOf(timeline(failed, theirs), failed, 'i3')).toBe(true);
  expect(isOf(timeline(failed, since), failed, 'i2')).toBe(true);
  expect(isOf(timeline(failed, since), failed, 'i3')).toBe(false);
  expect(isOf(timeline(failed), failed, null)).toBe(false);
});
it('a letter comes back as its writer left it, and what stood beneath is chosen anew', () => {
  const theirs = touch({ id: 't3', seq: 3, channel: 'email', letter: head() });
  const failed = ours();
  const before = timeline(touch({ id: 't1', seq: 1, channel: 'email', letter: head() }), theirs, failed, touch({ id: 't9', seq: 9, channel: 'email', letter: head() }));
  const shown = { html: '', quoted: '-- \nAnna\n\nOn Monday, A wrote:\n> Where is it?' };
  const { to, cc, bcc, subject } = head();
  expect(writtenOf(failed, shown, '<b>It</b> comes.', before)).toEqual({ subject, to, cc, bcc, html: '<b>It</b> comes.', quote: 't3', signed: true });
  expect(writtenOf(failed, { html: '', quoted: '' }, '', before)).toMatchObject({ quote: null, signed: false });
  expect(writtenOf(failed, { html: '', quoted: '-- \nAnna' }, '', before)).toMatchObject({ quote: null, signed: true });
});
