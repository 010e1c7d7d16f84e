/** What is said of the places a reply can go to. */

import { sizeWords } from '@/desks/agent/conversation/files';
import type { ReplyWayView } from '@/generated/api';
import type { Text } from '@/i18n/text';

/** The name of a way: its channel, and which address or bot of it. */
export const wayName = (way: Pick<ReplyWayView, 'channel' | 'label'>, text: Text): string =>
  [text.word('channel', way.channel), way.label].filter(Boolean).join(' · ');

/** Why nothing can be written there now, in words; empty when it can. */
export function whyNot(way: Pick<ReplyWayView, 'closed'>, text: Text): string {
  if (!way.closed) return '';
  const key = `errors.${way.closed}`;
  return text.has(key) ? text.t(key) : way.closed.replaceAll('_', ' ');
}

/** What fits into a reply there. */
export const fitsThere = (way: Pick<ReplyWayView, 'text_chars' | 'file_bytes'>, text: Text): string =>
  [
    text.t('ways.chars', { n: text.number(way.text_chars) }),
    way.file_bytes ? text.t('ways.files', { size: sizeWords(way.file_bytes, text) }) : text.t('ways.no_files'),
  ].join(' · ');

/** What somebody who writes there should know before: their page is closed, or the time for it runs out. */
export function warningOf(way: ReplyWayView, nowMs: number, text: Text): string {
  if (way.closed) return whyNot(way, text);
  if (way.until) return text.t('ways.until', { time: text.moment(way.until, nowMs) });
  return way.is_away ? text.t('ways.away') : '';
}

/** Where the same could be said when it did not arrive on `channel`: what can be used now, the open ones first. */
export const insteadOf = (ways: readonly ReplyWayView[], channel: string): readonly ReplyWayView[] =>
  ways.filter((way) => way.channel !== channel && !way.closed);
