import { expect, it } from 'vitest';
import { NO_PHONE, type PhoneState } from '@/phone/softphone';
import { type Channel, Windows } from '@/phone/windows';

/** Windows that hear each other at once. */
class Browser {
  readonly channels = new Set<Channel>();

  open(told: string[], name: string): Windows {
    const channel: Channel = {
      onmessage: null,
      postMessage: (message) => [...this.channels].filter((other) => other !== channel).forEach((other) => other.onmessage?.({ data: structuredClone(message) })),
      close: () => this.channels.delete(channel),
    };
    this.channels.add(channel);
    return new Windows(channel, {
      state: (state) => told.push(`${name} sees ${state === null ? 'none' : state.line.stage}`),
      asked: (asked) => told.push(`${name} does ${asked.do}`),
    });
  }
}

const ready: PhoneState = { ...NO_PHONE, line: { stage: 'ready', why: '' } };

it('every window shows the phone of the one that leads, also one that came later', () => {
  const [browser, told] = [new Browser(), [] as string[]];
  const first = browser.open(told, 'first');
  browser.open(told, 'second');
  first.lead();
  first.tell(ready);
  browser.open(told, 'third');
  // the second hears the answer to the third too
  expect(told).toEqual(['second sees ready', 'second sees ready', 'third sees ready']);
});

it('what is pressed in any window is done by the one that leads, and by no other', () => {
  const [browser, told] = [new Browser(), [] as string[]];
  const first = browser.open(told, 'first');
  const second = browser.open(told, 'second');
  browser.open(told, 'third');
  first.lead();
  second.ask({ do: 'mute', isMuted: true });
  expect(told).toEqual(['first does mute']);
});

it('a window that closes takes the phone with it, until the next one leads', () => {
  const [browser, told] = [new Browser(), [] as string[]];
  const first = browser.open(told, 'first');
  const second = browser.open(told, 'second');
  first.lead();
  first.tell(ready);
  first.close();
  second.lead();
  second.tell(ready);
  expect(told).toEqual(['second sees ready', 'second sees none']);
});
