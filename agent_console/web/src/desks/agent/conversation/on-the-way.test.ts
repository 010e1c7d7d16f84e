import { expect, test } from 'vitest';
import { OnTheWay } from '@/desks/agent/conversation/on-the-way';

function sending(): { promise: Promise<string>; end: (problem: string) => void } {
  let end: (problem: string) => void = () => undefined;
  const promise = new Promise<string>((resolve) => (end = resolve));
  return { promise, end };
}

test('the end of a conversation waits for its replies, and for no others', async () => {
  const way = new OnTheWay();
  const [here, there] = [sending(), sending()];
  way.follow('a', here.promise);
  way.follow('b', there.promise);
  let isOver = false;
  const ending = way.arrived('a').then((problem) => {
    isOver = true;
    return problem;
  });
  await Promise.resolve();
  expect(isOver).toBe(false);
  here.end('');
  expect(await ending).toBe('');
});

test('a reply that did not arrive says why, once', async () => {
  const way = new OnTheWay();
  const [first, second] = [sending(), sending()];
  way.follow('a', first.promise);
  way.follow('a', second.promise);
  const ending = way.arrived('a');
  first.end('');
  second.end('No connection');
  expect(await ending).toBe('No connection');
  expect(await way.arrived('a')).toBe('');
});
