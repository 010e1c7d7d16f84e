import { expect, it } from 'vitest';
import { chosenDevice, devicesIn, troubleOf } from '@/phone/devices';

const device = (kind: MediaDeviceKind, deviceId: string, label: string) => ({ kind, deviceId, label });

it('one chooses between devices, not between the names that stand for one', () => {
  const found = devicesIn([
    device('audioinput', 'default', 'Default - Headset'),
    device('audioinput', 'communications', 'Communications - Headset'),
    device('audioinput', 'a1', 'Headset'),
    device('audioinput', '', ''),
    device('audiooutput', 'b1', 'Loudspeaker'),
    device('videoinput', 'c1', 'Camera'),
  ]);
  expect(found).toEqual({ microphones: [{ id: 'a1', label: 'Headset' }], speakers: [{ id: 'b1', label: 'Loudspeaker' }] });
});

it('a device that was chosen and is not plugged in leaves the choice to the system', () => {
  const one = { id: 'a1', label: 'Headset' };
  expect([chosenDevice([one], 'Headset'), chosenDevice([one], 'Another'), chosenDevice([one], '')]).toEqual([one, null, null]);
});

it.each([
  ['NotAllowedError', 'denied'],
  ['SecurityError', 'denied'],
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'busy'],
  ['AbortError', 'busy'],
] as const)('%s means %s', (name, trouble) => {
  expect(troubleOf(new DOMException('', name))).toBe(trouble);
});
