import { expect, it } from 'vitest';
import { concernsOf, delayWords, foundWords, remedyWords, sizeWords, worstOf } from '@/desks/admin/status/judged';
import type { FindingView, StatusView } from '@/generated/api';
import { withStatusWords } from '@/i18n/status-page';

const WELL: StatusView = {
  version: '1',
  started_at: '2026-03-02T09:00:00Z',
  at: '2026-03-02T10:00:00Z',
  database: { kind: 'sqlite', size_bytes: 1, weak: [] },
  disk: { free_bytes: 2, total_bytes: 3, is_low: false },
  lag_worst_ms: 12,
  lag_usual_ms: 0.2,
  agent_sockets: 1,
  visitor_sockets: 0,
  channels: [{ channel: 'webchat', state: 'live' }, { channel: 'email', state: 'off' }],
  outbox: 3,
  unsent: [],
  webhooks_waiting: 2,
  webhooks_failing: 0,
};

it('a hub that is busy, with a channel switched off, is well', () => {
  expect([...concernsOf(WELL)]).toEqual([]);
});

it.each([
  ['weak', { database: { ...WELL.database, weak: ['fsync = off'] } }],
  ['disk', { disk: { ...WELL.disk, is_low: true } }],
  ['lag', { lag_worst_ms: 250 }],
  ['down', { channels: [{ channel: 'webchat', state: 'down' }] }],
  ['outbox', { outbox: 1_000 }],
  ['webhooks', { webhooks_failing: 1 }],
] as const)('%s is a concern of its own', (concern, change) => {
  expect([...concernsOf({ ...WELL, ...change })]).toEqual([concern]);
});

it('sizes and delays are short, in the unit that fits', () => {
  expect([0, 999, 812_000, 2_430_000_000].map((n) => sizeWords(n, 'en'))).toEqual(['0 byte', '999 byte', '812 kB', '2.4 GB']);
  expect([0.25, 12.4].map((n) => delayWords(n, 'en'))).toEqual(['0.3 ms', '12 ms']);
});

const LOW: FindingView = { health: 'warn', code: 'disk_low', values: { free_bytes: 812_000, ms: 2 }, text: 'in English', remedy: 'in English too' };
const OK: FindingView = { ...LOW, health: 'ok', remedy: '' };

it('the worst finding says how a part is', () => {
  const at = '2026-03-02T10:00:00Z';
  expect(worstOf({ at, took_ms: 1, findings: [] })).toBe('ok');
  expect(worstOf({ at, took_ms: 1, findings: [OK, LOW, OK] })).toBe('warn');
  expect(worstOf({ at, took_ms: 1, findings: [LOW, { ...LOW, health: 'fail' }] })).toBe('fail');
});

it('what is found is told in the words of the reader, and what is newer than they are in those of the hub', async () => {
  await withStatusWords(() => Promise.resolve(null));
  expect(foundWords(LOW)).toBe('Only 812 kB free.');
  expect(remedyWords(LOW)).toContain('Free some space');
  expect(foundWords({ ...LOW, code: 'sip_unregistered' })).toBe('in English');
  const broken = { ...LOW, code: 'mail_broken', values: { account: 'support', part: 'incoming', said: 'in English', told: 'no_folder', folder: 'Boxes' } };
  expect(foundWords(broken)).toBe('support: There is no folder Boxes in the mailbox.');
  expect(foundWords({ ...broken, values: { ...broken.values, told: 'out_of_stamps' } })).toBe('support: in English');
  expect(remedyWords({ ...LOW, code: 'sip_unregistered' })).toBe('in English too');
});
