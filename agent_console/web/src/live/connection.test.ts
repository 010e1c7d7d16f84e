import { expect, it } from 'vitest';
import type { Frame } from '@/generated/frames';
import { Connection, type Wire } from '@/live/connection';
import { AT, deskView, me } from '@/live/samples';

class FakeWire implements Wire {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  isClosed = false;
  readonly sent: unknown[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  hubSays(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

/** A connection in a world of its own, where time passes only when told. */
class Scene {
  readonly wires: FakeWire[] = [];
  readonly log: string[] = [];
  now = 0;
  #timers: { at: number; call: () => void }[] = [];

  readonly connection = new Connection(
    {
      open: () => {
        const wire = new FakeWire();
        this.wires.push(wire);
        return wire;
      },
      now: () => this.now,
      chance: () => 1,
      later: (ms, call) => {
        const timer = { at: this.now + ms, call };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
    },
    {
      applied: (frame) => this.log.push(`${frame.kind} ${frame.seq}`),
      heard: () => undefined,
      current: (isCurrent) => this.log.push(isCurrent ? 'current' : 'behind'),
      lost: () => undefined,
      signedOut: () => this.log.push('signed out'),
      refused: () => this.log.push('refused'),
    },
  );

  get wire(): FakeWire {
    const wire = this.wires.at(-1);
    if (!wire) throw new Error('nothing was opened');
    return wire;
  }

  /** Connected, with a snapshot at number 1. */
  static live(): Scene {
    const scene = new Scene();
    scene.connection.begin();
    scene.wire.onopen?.();
    scene.wire.hubSays({ kind: 'snapshot', seq: 1, stream: 's', desk: deskView() });
    scene.log.length = 0;
    return scene;
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.now = next.at;
      this.#timers = this.#timers.filter((other) => other !== next);
      next.call();
    }
    this.now = end;
  }
}

const changed = (seq: number): Frame => ({ kind: 'me_changed', seq, me: me() });
const tick = (seq: number): Frame => ({ kind: 'tick', seq, server_time: AT });

it('a new window asks for everything', () => {
  const scene = new Scene();
  scene.connection.begin();
  scene.wire.onopen?.();
  expect(scene.wire.sent).toEqual([{ kind: 'hello', last_seq: null, stream: '' }]);
});

it('frames are applied in order, each once', () => {
  const scene = Scene.live();
  for (const frame of [changed(2), changed(2), changed(3)]) scene.wire.hubSays(frame);
  expect(scene.log).toEqual(['me_changed 2', 'me_changed 3']);
});

it('a gap closes the socket, and hello says what was applied last', () => {
  const scene = Scene.live();
  scene.wire.hubSays(changed(2));
  scene.wire.hubSays(changed(4));
  expect(scene.log).toEqual(['me_changed 2', 'behind']);
  expect(scene.wire.isClosed).toBe(true);
  scene.pass(0);
  scene.wire.onopen?.();
  expect(scene.wire.sent).toEqual([{ kind: 'hello', last_seq: 2, stream: 's' }]);
});

it('a tick with another number is a gap', () => {
  const scene = Scene.live();
  scene.wire.hubSays(tick(2));
  expect(scene.log).toEqual(['behind']);
});

it('after a replay the window is up to date', () => {
  const scene = Scene.live();
  scene.wire.onclose?.({ code: 1006 });
  scene.pass(250);
  scene.wire.onopen?.();
  scene.wire.hubSays(changed(2));
  scene.wire.hubSays({ kind: 'replayed', seq: 2, stream: 's' });
  expect(scene.log).toEqual(['behind', 'me_changed 2', 'current']);
});

it('gaps that follow each other are not a storm', () => {
  const scene = Scene.live();
  scene.wire.hubSays(changed(5));
  scene.pass(0);
  scene.wire.onopen?.();
  scene.wire.hubSays(changed(9));
  expect(scene.wires.length).toBe(2);
  scene.pass(499);
  expect(scene.wires.length).toBe(2);
  scene.pass(1);
  expect(scene.wires.length).toBe(3);
});

it('a lost socket comes back with growing pauses', () => {
  const scene = Scene.live();
  for (const pause of [250, 500, 1000]) {
    const before = scene.wires.length;
    scene.wire.onclose?.({ code: 1006 });
    scene.pass(pause - 1);
    expect(scene.wires.length).toBe(before);
    scene.pass(1);
    expect(scene.wires.length).toBe(before + 1);
  }
});

it('a restarting hub is tried again at once', () => {
  const scene = Scene.live();
  scene.wire.onclose?.({ code: 1012 });
  scene.pass(250);
  expect(scene.wires.length).toBe(2);
});

it('when the network is back nobody waits for the end of the pause', () => {
  const scene = Scene.live();
  scene.wire.onclose?.({ code: 1006 });
  scene.connection.hurry();
  expect(scene.wires.length).toBe(2);
  scene.pass(250);
  expect(scene.wires.length).toBe(2);
});

it('every five seconds the hub hears that the console is there', () => {
  const scene = Scene.live();
  for (let i = 0; i < 12; i++) {
    scene.pass(1000);
    scene.wire.hubSays(tick(1));
  }
  expect(scene.wire.sent.slice(1)).toEqual([{ kind: 'ping' }, { kind: 'ping' }]);
});

it('a tick brings the ping along where timers sleep', () => {
  const scene = Scene.live();
  scene.now += 5000;
  scene.wire.hubSays(tick(1));
  expect(scene.wire.sent.slice(1)).toEqual([{ kind: 'ping' }]);
});

it('a socket that is silent for nine seconds is replaced', () => {
  const scene = Scene.live();
  scene.pass(9_000);
  expect(scene.wires[0]?.isClosed).toBe(true);
  expect(scene.log).toEqual(['behind']);
});

it('a sign-in that ended is not tried again', () => {
  const scene = Scene.live();
  scene.wire.onclose?.({ code: 4001 });
  scene.connection.end();
  scene.pass(60_000);
  expect(scene.wires.length).toBe(1);
  expect(scene.log).toEqual(['signed out']);
});

it('a socket refused before it opened asks whether anybody is signed in', () => {
  const scene = new Scene();
  scene.connection.begin();
  scene.wire.onclose?.({ code: 1006 });
  expect(scene.log).toEqual(['refused', 'behind']);
});
