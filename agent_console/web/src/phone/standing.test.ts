import { expect, it } from 'vitest';
import { NO_PHONE, type PhoneState } from '@/phone/softphone';
import { standingOf } from '@/phone/standing';

const browser = { kind: 'browser', refused: '' } as const;
const line = (stage: PhoneState['line']['stage'], why = ''): PhoneState => ({ ...NO_PHONE, line: { stage, why } });

it.each([
  ['ok', 'ready', '', line('ready')],
  ['warn', 'registering', '', line('registering')],
  ['warn', 'registering', '', null],
  ['bad', 'lost', 'no_connection', line('lost', 'no_connection')],
  ['bad', 'lost', 'refused', line('lost', 'sip_403')],
  ['bad', 'lost', 'taken', line('off', 'taken')],
  ['bad', 'lost', 'other', line('off', 'forbidden')],
  ['bad', 'lost', 'denied', { ...line('ready'), microphone: 'denied' } as PhoneState],
] as const)('%s: %s %s', (tone, state, why, shown) => {
  expect(standingOf(browser, shown, true)).toMatchObject({ tone, state, why });
});

it('the code of a refusal can be read', () => {
  expect(standingOf(browser, line('lost', 'sip_403'), true).code).toBe('403');
});

it('a desk phone is ready when the hub can reach it, whatever the browser does', () => {
  expect(standingOf({ kind: 'registered', refused: '' }, null, true)).toMatchObject({ tone: 'ok' });
  expect(standingOf({ kind: 'registered', refused: '' }, line('ready'), false)).toMatchObject({ tone: 'bad', why: 'registered' });
  expect(standingOf({ kind: 'uri', refused: '' }, null, false)).toMatchObject({ tone: 'bad', why: 'uri' });
});

it('a number that the house does not call any more says why no call comes', () => {
  expect(standingOf({ kind: 'uri', refused: 'number_country' }, null, false)).toMatchObject({ tone: 'bad', why: 'number_country' });
});
