import { beforeEach, expect, it } from 'vitest';
import type { Preferences as Body, PreferencesView } from '@/generated/api';
import { ALERTS, type Preferences } from '@/settings/choices';
import { adopt, KEYS } from '@/settings/chosen';
import { HubCopy } from '@/settings/hub-copy';

const NOTHING: PreferencesView = { language: null, theme: null, sound: null, undo_s: null, sounds: null, notifications: null, notification_text: null, log_columns: null, microphone: null, speaker: null };
const all = (on: boolean) => Object.fromEntries(ALERTS.map((alert) => [alert, on])) as Record<(typeof ALERTS)[number], boolean>;
const choices = (part: Partial<Preferences> = {}): Preferences => ({
  language: 'en', theme: 'light', sound: true, undoS: 5, sounds: all(true), notifications: all(true), notificationText: false, logColumns: [], microphone: '', speaker: '', ringVolume: 50, ...part,
});

/** A hub that may be away, and the time, which passes when it is told to. */
class Hub {
  kept: PreferencesView = NOTHING;
  puts = 0;
  gets = 0;
  failure: 'away' | 'refused' | null = null;
  now = 1_000_000;
  readonly storage = new Map<string, string>();
  private waiting: { at: number; run: () => void }[] = [];

  window(here: Preferences): HubCopy {
    return new HubCopy(here, {
      get: () => this.answer(() => (this.gets += 1)),
      put: (body: Body) => this.answer(() => {
        this.puts += 1;
        this.kept = { ...NOTHING, ...(body as Partial<PreferencesView>) };
      }),
      later: (ms, run) => {
        const entry = { at: this.now + ms, run };
        this.waiting.push(entry);
        return () => (this.waiting = this.waiting.filter((other) => other !== entry));
      },
      isFinal: (error) => error === 'refused',
      nowMs: () => this.now,
      storage: {
        getItem: (key) => this.storage.get(key) ?? null,
        setItem: (key, value) => void this.storage.set(key, value),
        removeItem: (key) => void this.storage.delete(key),
      },
    });
  }

  async passes(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const next = this.waiting.filter((entry) => entry.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.waiting = this.waiting.filter((entry) => entry !== next);
      this.now = next.at;
      next.run();
      for (let n = 0; n < 10; n++) await Promise.resolve();
    }
    this.now = until;
  }

  private async answer(act: () => void): Promise<PreferencesView> {
    await Promise.resolve();
    if (this.failure) throw this.failure as unknown as Error;
    act();
    return this.kept;
  }
}

let hub: Hub;
beforeEach(() => (hub = new Hub()));

it('the hub’s choices win at sign-in, and nothing is written for that', async () => {
  hub.kept = { ...NOTHING, language: 'tr', theme: 'dark', sounds: { ...all(true), message: false }, log_columns: ['person', 'wait'] };
  const here = choices();
  const copy = hub.window(here);
  await copy.begin('anna');
  copy.changed();
  await hub.passes(60_000);
  expect(here).toEqual(choices({ language: 'tr', theme: 'dark', sounds: { ...all(true), message: false }, logColumns: ['person', 'wait'] }));
  expect(hub.puts).toBe(0);
});

it('what nobody chose is not written, and the first choice brings along what is seen', async () => {
  const here = choices({ language: 'ru' });
  const copy = hub.window(here);
  await copy.begin('anna');
  await hub.passes(60_000);
  expect(hub.puts).toBe(0);
  here.theme = 'dark';
  copy.changed();
  await hub.passes(1_000);
  expect([hub.puts, hub.kept.theme, hub.kept.language]).toEqual([1, 'dark', 'ru']);
});

it('many choices in a moment are one writing', async () => {
  const here = choices();
  const copy = hub.window(here);
  await copy.begin('anna');
  for (const undoS of [0, 10, 20]) {
    here.undoS = undoS;
    copy.changed();
    await hub.passes(200);
  }
  await hub.passes(1_000);
  expect([hub.puts, hub.kept.undo_s]).toEqual([1, 20]);
});

it('two machines keep each other’s choices', async () => {
  const [one, other] = [choices(), choices()];
  const [first, second] = [hub.window(one), hub.window(other)];
  await first.begin('anna');
  await second.begin('anna');
  one.theme = 'dark';
  first.changed();
  await hub.passes(1_000);
  other.sound = false;
  second.changed();
  await hub.passes(1_000);
  expect([hub.kept.theme, hub.kept.sound]).toEqual(['dark', false]);
  expect(other.theme).toBe('dark');
  await hub.passes(30_000);
  await first.looked();
  expect(one).toEqual(other);
});

it('another window of this browser is followed, and only the one that chose writes', async () => {
  const here = choices();
  const copy = hub.window(here);
  await copy.begin('anna');
  copy.takeOver(() => Object.assign(here, choices({ theme: 'dark' })));
  copy.changed();
  await hub.passes(10_000);
  expect([here.theme, hub.puts]).toEqual(['dark', 0]);
});

it('what could not be sent is tried again, less and less often, and stays what was chosen', async () => {
  const here = choices();
  const copy = hub.window(here);
  await copy.begin('anna');
  hub.failure = 'away';
  here.theme = 'dark';
  copy.changed();
  await hub.passes(120_000);
  expect([here.theme, hub.puts]).toEqual(['dark', 0]);
  hub.failure = null;
  await hub.passes(61_000);
  expect([hub.puts, hub.kept.theme]).toEqual([1, 'dark']);
});

it('a choice that was not sent outlives the window, and wins over the older one of the hub', async () => {
  const here = choices();
  const copy = hub.window(here);
  hub.kept = { ...NOTHING, theme: 'light', language: 'en' };
  await copy.begin('anna');
  hub.failure = 'away';
  here.theme = 'dark';
  copy.changed();
  copy.end();
  hub.failure = null;
  hub.kept = { ...hub.kept, language: 'tr' };
  const again = choices({ theme: 'dark' });
  await hub.window(again).begin('anna');
  expect([again.theme, again.language, hub.kept.theme, hub.kept.language]).toEqual(['dark', 'tr', 'dark', 'tr']);
});

it('the unsent choice of one is not sent for another', async () => {
  const here = choices();
  const copy = hub.window(here);
  await copy.begin('anna');
  hub.failure = 'away';
  here.theme = 'dark';
  copy.changed();
  copy.end();
  hub.failure = null;
  await copy.begin('boris');
  await hub.passes(60_000);
  expect(hub.puts).toBe(0);
});

it('a refusal is not tried again until the next sign-in', async () => {
  const here = choices();
  const copy = hub.window(here);
  await copy.begin('anna');
  hub.failure = 'refused';
  here.theme = 'dark';
  copy.changed();
  await hub.passes(1_000);
  const { gets } = hub;
  hub.failure = null;
  await hub.passes(600_000);
  expect(hub.gets).toBe(gets);
});

it('an answer for somebody who has left changes nothing', async () => {
  hub.kept = { ...NOTHING, theme: 'dark' };
  const here = choices();
  const copy = hub.window(here);
  const began = copy.begin('anna');
  copy.end();
  await began;
  expect(here.theme).toBe('light');
});

it('what this console does not know is left alone', () => {
  const here = choices();
  adopt(here, { ...NOTHING, language: 'xx', theme: 'sepia', undo_s: 7, notifications: { offer: false } }, KEYS);
  expect(here).toEqual(choices({ notifications: { ...all(true), offer: false } }));
});
