import { expect, it } from 'vitest';
import type { PhoneView } from '@/api/phone';
import { NO_PHONE, type PhoneState } from '@/phone/softphone';
import { standingOf } from '@/phone/standing';

const phone = (part: Partial<PhoneView> = {}): PhoneView => ({ kind: 'browser', uri: '', auto_answer: false, account: '', ready: false, ...part });
const line = (stage: PhoneState['line']['stage'], why = ''): PhoneState => ({ ...NO_PHONE, line: { stage, why } });

it.each([
  ['ok', 'ready', '', line('ready')],
  ['warn', 'registering', '', line('registering')],
  ['warn', 'registering', '', null],
  ['bad', 'lost', 'no_connection', line('lost', 'no_connection')],
  ['bad', 'lost', 'refused', line('lost', 'sip_403')],
  ['bad', 'lost', 'other', line('off', 'forbidden')],
  ['bad', 'lost', 'denied', { ...line('ready'), microphone: 'denied' } as PhoneState],
] as const)('%s: %s %s', (tone, state, why, shown) => {
  expect(standingOf(phone(), shown)).toMatchObject({ tone, state, why });
});

it('the code of a refusal can be read', () => {
  expect(standingOf(phone(), line('lost', 'sip_403')).code).toBe('403');
});

it('a desk phone is ready when the hub can reach it, whatever the browser does', () => {
  expect(standingOf(phone({ kind: 'registered', ready: true }), null)).toMatchObject({ tone: 'ok' });
  expect(standingOf(phone({ kind: 'registered' }), line('ready'))).toMatchObject({ tone: 'bad', why: 'registered' });
  expect(standingOf(phone({ kind: 'uri' }), null)).toMatchObject({ tone: 'bad', why: 'uri' });
});
