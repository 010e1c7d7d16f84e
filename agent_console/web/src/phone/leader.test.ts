import { expect, it } from 'vitest';
import { settled } from '@/phone/fake-sip';
import { beLeader, type Locks } from '@/phone/leader';

/** One lock a name, given in the order of asking: what browsers do. */
class FakeLocks implements Locks {
  #lines = new Map<string, (() => Promise<void>)[]>();

  request(name: string, { signal }: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(name) ?? [];
      this.#lines.set(name, line);
      let isHeld = false;
      const take = async (): Promise<void> => {
        isHeld = true;
        await held();
        line.shift();
        resolve();
        void line[0]?.();
      };
      signal.addEventListener('abort', () => {
        if (isHeld) return;
        line.splice(line.indexOf(take), 1);
        reject(new DOMException('over', 'AbortError'));
      });
      line.push(take);
      if (line.length === 1) void take();
    });
  }
}

function windowOf(locks: Locks | undefined, user: string, name: string, told: string[]) {
  return beLeader(locks, user, () => {
    told.push(`${name} leads`);
    return () => told.push(`${name} stops`);
  });
}

it('one window leads, and the next one takes over when it closes', async () => {
  const [locks, told] = [new FakeLocks(), [] as string[]];
  const closeFirst = windowOf(locks, 'anna', 'first', told);
  windowOf(locks, 'anna', 'second', told);
  windowOf(locks, 'anna', 'third', told);
  await settled();
  expect(told).toEqual(['first leads']);
  closeFirst();
  await settled();
  expect(told).toEqual(['first leads', 'first stops', 'second leads']);
});

it('a window that waits and closes never leads', async () => {
  const [locks, told] = [new FakeLocks(), [] as string[]];
  const closeFirst = windowOf(locks, 'anna', 'first', told);
  const closeSecond = windowOf(locks, 'anna', 'second', told);
  windowOf(locks, 'anna', 'third', told);
  await settled();
  closeSecond();
  closeFirst();
  await settled();
  expect(told).toEqual(['first leads', 'first stops', 'third leads']);
});

it('another user of the same browser has a phone of their own', async () => {
  const [locks, told] = [new FakeLocks(), [] as string[]];
  windowOf(locks, 'anna', 'hers', told);
  windowOf(locks, 'boris', 'his', told);
  await settled();
  expect(told).toEqual(['hers leads', 'his leads']);
});

it('a browser without locks leads at once, and stops once', () => {
  const told: string[] = [];
  const close = windowOf(undefined, 'anna', 'only', told);
  close();
  expect(told).toEqual(['only leads', 'only stops']);
});
