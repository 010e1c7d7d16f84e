import { expect, it } from 'vitest';
import { type Counted, counted, qualityOf } from '@/phone/quality';

const at = (part: Partial<Counted>): Counted => ({ atMs: 0, received: 0, lost: 0, sent: 0, lostThere: 0, jitterMs: 0, rttMs: null, levelIn: 0, ...part });
const level = (part: Partial<Counted>): string => qualityOf(at({}), at({ received: 100, sent: 100, ...part })).level;

it('reads the figures of both directions', () => {
  const found = counted(
    [
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 150, packetsLost: 3, jitter: 0.012, audioLevel: 0.27 },
      { type: 'outbound-rtp', kind: 'audio', packetsSent: 149 },
      { type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 1, roundTripTime: 0.04 },
      { type: 'inbound-rtp', kind: 'video', packetsReceived: 9 },
    ],
    2_000,
  );
  expect(found).toEqual({ atMs: 2_000, received: 150, lost: 3, sent: 149, lostThere: 1, jitterMs: 12, rttMs: 40, levelIn: 0.27 });
});

it('without a report from there the way is that of the connection', () => {
  expect(counted([{ type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.02 }], 0).rttMs).toBe(20);
  expect(counted([], 0).rttMs).toBeNull();
});

it.each([
  ['good', {}],
  ['good', { lost: 1, jitterMs: 29, rttMs: 299 }],
  ['fair', { lost: 3 }],
  ['fair', { jitterMs: 30 }],
  ['fair', { rttMs: 300 }],
  ['fair', { lostThere: 2 }],
  ['bad', { lost: 10 }],
  ['bad', { jitterMs: 80 }],
  ['bad', { rttMs: 600 }],
  ['bad', { lostThere: 8 }],
  ['bad', { received: 0 }],
] as const)('%s for %o', (expected, part) => {
  expect(level(part)).toBe(expected);
});

it('only what happened since the look before counts', () => {
  const before = at({ received: 1_000, lost: 500, sent: 1_000 });
  expect(qualityOf(before, at({ received: 1_100, lost: 500, sent: 1_100 }))).toMatchObject({ level: 'good', loss: 0, isSilent: false });
});

it('packets that were counted lost and came after all are no loss', () => {
  expect(qualityOf(at({ received: 100, lost: 5 }), at({ received: 203, lost: 2, sent: 10 })).loss).toBe(0);
});
