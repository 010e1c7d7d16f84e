/** What is said of the places a reply can go to. */

import { describe, expect, it } from 'vitest';
import { fitsThere, insteadOf, warningOf, wayName, whyNot } from '@/desks/agent/conversation/ways';
import type { ReplyWayView } from '@/generated/api';
import { text } from '@/i18n/text';
import { learnWayWords } from '@/i18n/way-words';

learnWayWords();
const NOW = Date.parse('2026-03-02T09:00:00Z');

const way = (changes: Partial<ReplyWayView> = {}): ReplyWayView => ({
  channel: 'telegram', account: 'telegram:shop', address: '4711', label: 'shop', is_open: true, closed: '',
  text_chars: 16_384, file_bytes: 20_971_520, last_at: null, until: null, is_away: false, ...changes,
});

describe('ways of a reply', () => {
  it('are named by their channel and the place there', () => {
    expect(wayName(way(), text)).toBe('Telegram · shop');
    expect(wayName(way({ channel: 'webchat', label: '' }), text)).toBe('Web chat');
  });

  it('say what fits', () => {
    expect(fitsThere(way(), text)).toBe('up to 16,384 characters · files up to 21 MB');
    expect(fitsThere(way({ file_bytes: 0 }), text)).toBe('up to 16,384 characters · no files');
  });

  it('say why they are closed before anything else, also in words that are new to the console', () => {
    expect(whyNot(way(), text)).toBe('');
    expect(whyNot(way({ closed: 'client_refused' }), text)).toContain('does not want');
    expect(whyNot(way({ closed: 'address_of_another' }), text)).toContain('another client');
    expect(whyNot(way({ closed: 'moon_phase' }), text)).toBe('moon phase');
    expect(warningOf(way({ closed: 'account_off', is_away: true }), NOW, text)).toContain('switched off');
  });

  it('warn of a page that is closed and of the end of the time for an answer', () => {
    expect(warningOf(way(), NOW, text)).toBe('');
    expect(warningOf(way({ is_away: true }), NOW, text)).toContain('page is closed');
    expect(warningOf(way({ until: '2026-03-02T12:30:00Z' }), NOW, text)).toMatch(/^Until .+ it can be answered here\.$/);
  });

  it('offer instead of one what can be used now and is another channel', () => {
    const mail = way({ channel: 'email', label: 'a@b.c' });
    const ways = [way(), mail, way({ channel: 'webchat', closed: 'site_off' })];
    expect(insteadOf(ways, 'telegram')).toEqual([mail]);
  });
});
