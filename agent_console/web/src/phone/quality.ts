/** How good the sound of a call is, from two looks at its statistics. Pure. */

export type QualityLevel = 'good' | 'fair' | 'bad';

/** What is counted from the beginning of the call, at one look. */
export interface Counted {
  readonly atMs: number;
  readonly received: number;
  readonly lost: number;
  readonly sent: number;
  readonly lostThere: number;
  readonly jitterMs: number;
  readonly rttMs: number | null;
  /** 0 to 1. */
  readonly levelIn: number;
}

export interface Quality {
  readonly level: QualityLevel;
  /** Share of the packets lost since the look before, the worse direction. */
  readonly loss: number;
  readonly jitterMs: number;
  /** There and back; null until the other side has told. */
  readonly rttMs: number | null;
  /** Nothing at all came since the look before. */
  readonly isSilent: boolean;
}

type Stat = Readonly<Record<string, unknown>>;
const number = (stat: Stat | undefined, name: string): number => (typeof stat?.[name] === 'number' ? stat[name] : 0);

/** The figures of one look; what the browser does not tell is 0. */
export function counted(report: Iterable<Stat>, atMs: number): Counted {
  let inbound: Stat | undefined;
  let outbound: Stat | undefined;
  let remote: Stat | undefined;
  let pair: Stat | undefined;
  for (const stat of report) {
    if (stat['type'] === 'inbound-rtp' && stat['kind'] === 'audio') inbound = stat;
    if (stat['type'] === 'outbound-rtp' && stat['kind'] === 'audio') outbound = stat;
    if (stat['type'] === 'remote-inbound-rtp' && stat['kind'] === 'audio') remote = stat;
    if (stat['type'] === 'candidate-pair' && stat['nominated'] === true && stat['state'] === 'succeeded') pair = stat;
  }
  const rttS = remote?.['roundTripTime'] ?? pair?.['currentRoundTripTime'];
  return {
    atMs,
    received: number(inbound, 'packetsReceived'),
    lost: Math.max(0, number(inbound, 'packetsLost')),
    sent: number(outbound, 'packetsSent'),
    lostThere: Math.max(0, number(remote, 'packetsLost')),
    jitterMs: number(inbound, 'jitter') * 1000,
    rttMs: typeof rttS === 'number' ? rttS * 1000 : null,
    levelIn: number(inbound, 'audioLevel'),
  };
}

/** From these on it is fair, and bad: loss as a share, jitter and the way there and back in milliseconds (ITU-T G.107, G.114). */
const FAIR = { loss: 0.02, jitterMs: 30, rttMs: 300 } as const;
const BAD = { loss: 0.08, jitterMs: 80, rttMs: 600 } as const;

export function qualityOf(before: Counted, now: Counted): Quality {
  const share = (lost: number, whole: number): number => (lost <= 0 || whole <= 0 ? 0 : Math.min(1, lost / whole));
  const lost = now.lost - before.lost;
  const received = now.received - before.received;
  const loss = Math.max(share(lost, lost + received), share(now.lostThere - before.lostThere, now.sent - before.sent));
  const isSilent = received <= 0;
  const worse = (limits: typeof FAIR | typeof BAD): boolean => loss >= limits.loss || now.jitterMs >= limits.jitterMs || (now.rttMs ?? 0) >= limits.rttMs;
  const level = isSilent || worse(BAD) ? 'bad' : worse(FAIR) ? 'fair' : 'good';
  return { level, loss, jitterMs: now.jitterMs, rttMs: now.rttMs, isSilent };
}
