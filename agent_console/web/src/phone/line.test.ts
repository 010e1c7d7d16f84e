import { expect, it } from 'vitest';
import { FakeCall, FakeHub, settled } from '@/phone/fake-sip';
import { Line, pauseMs, renewAfterMs } from '@/phone/line';
import type { SipCall } from '@/phone/sip';

function started(hub = new FakeHub()) {
  const states: string[] = [];
  const calls: SipCall[] = [];
  const line = new Line(hub.world, {
    changed: ({ stage, why }) => states.push(why ? `${stage} ${why}` : stage),
    called: (call, hear) => {
      calls.push(call);
      hear({ answered: () => undefined, sound: () => undefined, ended: () => undefined });
    },
  });
  line.begin();
  return { hub, line, states, calls };
}

async function ready() {
  const all = started();
  await settled();
  all.hub.phone.heard.registered();
  return all;
}

it('asks the hub who it is, connects and registers', async () => {
  const { hub, states } = await ready();
  expect(states).toEqual(['registering', 'ready']);
  expect(hub.phone.credentials.username).toBe('anna-1');
  expect(hub.phone.did).toEqual(['start']);
});

it('beginning twice is beginning once', async () => {
  const { hub, line } = await ready();
  line.begin();
  await settled();
  expect([hub.asked, hub.phones.length]).toEqual([1, 1]);
});

it('a hub that cannot say it now is asked again, later each time', async () => {
  const hub = new FakeHub();
  hub.refuses = { code: 'unavailable', isFinal: false };
  const { states } = started(hub);
  await settled();
  expect(states).toEqual(['registering', 'lost unavailable']);
  await hub.clock.pass(749);
  expect(hub.asked).toBe(1);
  await hub.clock.pass(1);
  expect(hub.asked).toBe(2);
  await hub.clock.pass(1_499);
  expect(hub.asked).toBe(2);
  hub.refuses = null;
  await hub.clock.pass(1);
  hub.phone.heard.registered();
  expect(states.at(-1)).toBe('ready');
});

it('pauses double up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 9].map((n) => pauseMs(n, 1))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(pauseMs(3, 0)).toBe(4_000);
});

it('a hub that says never is not asked again, and the reason is shown', async () => {
  const hub = new FakeHub();
  hub.refuses = { code: 'forbidden', isFinal: true };
  const { states } = started(hub);
  await settled();
  await hub.clock.pass(600_000);
  expect([hub.asked, states.at(-1)]).toEqual([1, 'off forbidden']);
});

it('credentials are renewed before they expire, with the registration kept', async () => {
  const { hub, states } = await ready();
  await hub.clock.pass(449_999);
  expect(hub.asked).toBe(1);
  await hub.clock.pass(1);
  expect([hub.phones.length, hub.phone.did]).toEqual([1, ['start', 'renew p2']]);
  await hub.clock.pass(450_000);
  expect(hub.phone.did).toEqual(['start', 'renew p2', 'renew p3']);
  expect(states).toEqual(['registering', 'ready']);
});

it('the time to renew fits a timer', () => {
  expect(renewAfterMs(1_000)).toBe(5_000);
  expect(renewAfterMs(3_600_000)).toBe(2_700_000);
  expect(renewAfterMs(1e12)).toBe(2 ** 31 - 1);
});

it('a renewal that fails leaves the phone ready, and is tried again', async () => {
  const { hub, states } = await ready();
  hub.refuses = { code: 'unavailable', isFinal: false };
  await hub.clock.pass(450_000);
  expect(states.at(-1)).toBe('ready');
  hub.refuses = null;
  await hub.clock.pass(750);
  expect(hub.phone.did).toEqual(['start', 'renew p3']);
});

it('a connection that is lost is said, and said to be back', async () => {
  const { hub, states } = await ready();
  hub.phone.heard.disconnected();
  hub.phone.heard.connecting();
  hub.phone.heard.registered();
  expect(states).toEqual(['registering', 'ready', 'lost no_connection', 'ready']);
});

it('credentials that expired while the computer slept are asked for anew', async () => {
  const { hub, states } = await ready();
  hub.phone.heard.disconnected();
  hub.clock.nowMs += 600_000;
  hub.phone.heard.refused(403);
  expect(states.at(-1)).toBe('lost sip_403');
  await hub.clock.pass(750);
  expect([hub.asked, hub.phones.length, hub.phones[0]?.did]).toEqual([2, 2, ['start', 'stop']]);
  hub.phone.heard.registered();
  expect(states.at(-1)).toBe('ready');
});

it('who was given up is not heard any more', async () => {
  const { hub, states } = await ready();
  hub.phone.heard.refused(503);
  await hub.clock.pass(750);
  hub.phone.heard.registered();
  hub.phones[0]?.heard.disconnected();
  expect(states.at(-1)).toBe('ready');
});

it('a phone that another browser took stays out of it until somebody says so', async () => {
  const { hub, line, states } = await ready();
  hub.phone.heard.refused(401);
  await hub.clock.pass(3_600_000);
  expect([hub.asked, hub.phone.did, states.at(-1)]).toEqual([1, ['start', 'stop'], 'off taken']);
  line.begin();
  await settled();
  expect([hub.asked, hub.phones.length]).toEqual([2, 2]);
});

it('a phone that another browser took ends the call that it has first', async () => {
  const { hub, states } = await ready();
  const call = hub.phone.rings(new FakeCall('c1'));
  hub.phone.heard.refused(401);
  expect([hub.phone.did, states.at(-1)]).toEqual([['start'], 'lost taken']);
  call.heard?.ended('Terminated');
  expect([hub.phone.did, states.at(-1)]).toEqual([['start', 'stop'], 'off taken']);
});

it('a network that is back is used at once', async () => {
  const { hub, line } = await ready();
  hub.phone.heard.disconnected();
  line.hurry();
  await settled();
  expect([hub.asked, hub.phones.length]).toEqual([2, 2]);
});

it('a phone in a call is not replaced until the call is over', async () => {
  const { hub } = await ready();
  const call = hub.phone.rings(new FakeCall('c1'));
  hub.username = 'anna-2';
  await hub.clock.pass(450_000);
  expect(hub.phones.length).toBe(1);
  call.heard?.ended('Terminated');
  await settled();
  expect(hub.phones.map((phone) => phone.credentials.username)).toEqual(['anna-1', 'anna-2']);
  expect(hub.phones[0]?.did).toEqual(['start', 'stop']);
});

it('a call lives on while the connection is down', async () => {
  const { hub, calls, line } = await ready();
  hub.phone.rings(new FakeCall('c1'));
  hub.phone.heard.disconnected();
  line.hurry();
  await settled();
  expect([hub.phones.length, hub.phone.did, calls.length]).toEqual([1, ['start', 'renew p2'], 1]);
});

it('the end is the end: nothing is asked and nothing is heard', async () => {
  const { hub, line, states } = await ready();
  line.end();
  hub.phone.heard.registered();
  await hub.clock.pass(3_600_000);
  expect([hub.asked, hub.phone.did, states.at(-1)]).toEqual([1, ['start', 'stop'], 'off']);
});

it('an answer that comes after the end makes no phone', async () => {
  const { hub, line } = started();
  line.end();
  await settled();
  expect(hub.phones).toEqual([]);
});
