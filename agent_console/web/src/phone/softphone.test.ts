import { expect, it } from 'vitest';
import { type MicrophoneTrouble, NoMicrophone } from '@/phone/devices';
import { FakeCall, FakeHub, settled } from '@/phone/fake-sip';
import { type Reception, Softphone } from '@/phone/softphone';

class Desk {
  readonly hub = new FakeHub();
  trouble: MicrophoneTrouble | null = null;
  reception: Reception = 'ring';
  microphones = 0;
  released = 0;
  readonly told: string[] = [];
  isRinging = false;
  /** What the browser waits for before it gives the microphone. */
  asking: Promise<void> = Promise.resolve();
  readonly phone = new Softphone({
    ...this.hub.world,
    microphone: async () => {
      await this.asking;
      if (this.trouble) throw new NoMicrophone(this.trouble);
      this.microphones += 1;
      return { getAudioTracks: () => [{ enabled: true }] } as unknown as MediaStream;
    },
    microphoneTrouble: async () => this.trouble,
    release: (stream) => void (stream && (this.released += 1)),
    play: (sound) => this.told.push(sound ? 'sound' : 'silence'),
    ring: (isRinging) => (this.isRinging = isRinging),
    receive: () => this.reception,
    changed: () => undefined,
    failed: (why) => this.told.push(`failed ${why}`),
  });

  async ready(): Promise<this> {
    await this.phone.begin();
    await settled();
    this.hub.phone.heard.registered();
    return this;
  }

  async talking(): Promise<FakeCall> {
    await this.ready();
    const call = this.hub.phone.rings(new FakeCall('c1'));
    await this.phone.answer();
    call.heard?.answered();
    return call;
  }
}

it('registers when there is a microphone', async () => {
  const desk = await new Desk().ready();
  expect(desk.phone.state).toEqual({ line: { stage: 'ready', why: '' }, leg: null, microphone: null });
});

it.each(['ask', 'denied', 'missing', 'insecure'] as const)('does not register while the microphone is %s', async (trouble) => {
  const desk = new Desk();
  desk.trouble = trouble;
  await desk.phone.begin();
  await settled();
  expect([desk.hub.asked, desk.phone.state.microphone]).toEqual([0, trouble]);
  desk.trouble = null;
  await desk.phone.begin();
  await settled();
  expect([desk.hub.asked, desk.phone.state.microphone]).toEqual([1, null]);
});

it('allowing the microphone registers, and gives the microphone back until somebody talks', async () => {
  const desk = new Desk();
  desk.trouble = 'ask';
  await desk.phone.begin();
  desk.trouble = null;
  await desk.phone.allow();
  await settled();
  expect([desk.hub.asked, desk.released]).toEqual([1, 1]);
});

it('a microphone that is pulled out takes the phone from the line, but no call from the agent', async () => {
  const desk = await new Desk().ready();
  desk.trouble = 'missing';
  await desk.phone.begin();
  expect(desk.phone.state.line.stage).toBe('off');
  const other = new Desk();
  await other.talking();
  other.trouble = 'missing';
  await other.phone.begin();
  expect([other.phone.state.line.stage, other.phone.state.leg?.stage]).toEqual(['ready', 'talking']);
});

it('a phone that another browser took is not taken back by a device that is plugged in, but by who asks', async () => {
  const desk = await new Desk().ready();
  desk.hub.phone.heard.refused(403);
  await desk.phone.begin();
  await settled();
  expect([desk.hub.asked, desk.phone.state.line.why]).toEqual([1, 'taken']);
  await desk.phone.begin(true);
  await settled();
  expect(desk.hub.asked).toBe(2);
});

it('rings until it is picked up; then one talks', async () => {
  const desk = await new Desk().ready();
  const call = desk.hub.phone.rings(new FakeCall('c1', 'Ivan Petrov', 'call-7'));
  expect([desk.isRinging, desk.phone.state.leg]).toEqual([true, { id: 'c1', callId: 'call-7', from: 'Ivan Petrov', stage: 'ringing', isMuted: false, quality: null }]);
  await desk.phone.answer();
  expect([desk.isRinging, call.did, desk.phone.state.leg?.stage]).toEqual([false, ['answer'], 'answering']);
  call.heard?.answered();
  call.heard?.sound({} as MediaStream);
  expect([desk.phone.state.leg?.stage, desk.told]).toEqual(['talking', ['sound']]);
});

it('a call that was accepted at the desk is picked up by itself, before or after it rings', async () => {
  const before = await new Desk().ready();
  before.reception = 'answer';
  const first = before.hub.phone.rings(new FakeCall('c1'));
  await settled();
  expect([first.did, before.isRinging]).toEqual([['answer'], false]);
  const after = await new Desk().ready();
  const second = after.hub.phone.rings(new FakeCall('c2'));
  after.reception = 'answer';
  after.phone.consider();
  after.phone.consider();
  await settled();
  expect([second.did, after.isRinging]).toEqual([['answer'], false]);
});

it('a call whose offer was declined is refused', async () => {
  const desk = await new Desk().ready();
  const call = desk.hub.phone.rings(new FakeCall('c1'));
  desk.reception = 'refuse';
  desk.phone.consider();
  expect([call.did, desk.isRinging, desk.phone.state.leg]).toEqual([['refuse 603'], false, null]);
});

it('who hangs up while it rings ends the ring', async () => {
  const desk = await new Desk().ready();
  const call = desk.hub.phone.rings(new FakeCall('c1'));
  call.heard?.ended('Canceled');
  expect([desk.isRinging, desk.phone.state.leg, desk.told]).toEqual([false, null, ['silence']]);
});

it('who hangs up while the browser asks for the microphone is not answered, and the microphone is given back', async () => {
  const desk = await new Desk().ready();
  let allow = (): void => undefined;
  desk.asking = new Promise((resolve) => (allow = resolve));
  const call = desk.hub.phone.rings(new FakeCall('c1'));
  const answering = desk.phone.answer();
  call.heard?.ended('Canceled');
  allow();
  await answering;
  expect([call.did, desk.released, desk.phone.state.leg]).toEqual([[], 1, null]);
});

it('without a microphone the call goes to somebody else, and the agent reads why', async () => {
  const desk = await new Desk().ready();
  const call = desk.hub.phone.rings(new FakeCall('c1'));
  desk.trouble = 'denied';
  await desk.phone.answer();
  expect([call.did, desk.told.includes('failed denied'), desk.phone.state.microphone, desk.phone.state.leg]).toEqual([['refuse 480'], true, 'denied', null]);
});

it('a second call finds the phone busy', async () => {
  const desk = new Desk();
  await desk.talking();
  const second = desk.hub.phone.rings(new FakeCall('c2'));
  expect([second.did, desk.phone.state.leg?.id]).toEqual([['refuse 486'], 'c1']);
});

it('mute, keys and hanging up reach the call', async () => {
  const desk = new Desk();
  const call = await desk.talking();
  desk.phone.mute(true);
  expect(desk.phone.state.leg?.isMuted).toBe(true);
  desk.phone.mute(false);
  desk.phone.press('12#');
  desk.phone.refuse();
  desk.phone.hangUp();
  expect(call.did).toEqual(['answer', 'mute', 'unmute', 'press 12#', 'hang up']);
  expect([desk.phone.state.leg, desk.released]).toEqual([null, 1]);
});

it('another microphone is spoken into at once; the one before is given back', async () => {
  const desk = new Desk();
  const call = await desk.talking();
  await desk.phone.speakAnew();
  expect([call.did, desk.microphones, desk.released]).toEqual([['answer', 'speak into'], 2, 1]);
});

it('the sound is looked at while one talks, and no longer', async () => {
  const desk = new Desk();
  const call = await desk.talking();
  const report = (received: number): Map<string, unknown> =>
    new Map([['in', { type: 'inbound-rtp', kind: 'audio', packetsReceived: received, packetsLost: 0, jitter: 0.001 }]]);
  call.report = report(100);
  await desk.hub.clock.pass(2_000);
  expect(desk.phone.state.leg?.quality).toBeNull();
  call.report = report(200);
  await desk.hub.clock.pass(2_000);
  expect(desk.phone.state.leg?.quality).toMatchObject({ level: 'good', isSilent: false });
  await desk.hub.clock.pass(2_000);
  expect(desk.phone.state.leg?.quality).toMatchObject({ level: 'bad', isSilent: true });
  call.heard?.ended('Terminated');
  await desk.hub.clock.pass(10_000);
  expect(desk.phone.state.leg).toBeNull();
});

it('a call without sound says so', async () => {
  const desk = await new Desk().ready();
  const call = desk.hub.phone.rings(new FakeCall('c1'));
  await desk.phone.answer();
  call.heard?.ended('WebRTC Error');
  expect(desk.told).toContain('failed sound');
});

it('signing out ends the ring and the line', async () => {
  const desk = await new Desk().ready();
  desk.hub.phone.rings(new FakeCall('c1'));
  desk.phone.end();
  expect([desk.isRinging, desk.phone.state.line.stage, desk.phone.state.leg]).toEqual([false, 'off', null]);
});
