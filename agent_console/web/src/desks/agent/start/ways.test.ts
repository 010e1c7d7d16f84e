import { expect, it } from 'vitest';
import { type Beginning, inOrder, keyOf, missing, ourName, ourSide, queueFor } from '@/desks/agent/start/ways';
import type { WayView } from '@/generated/api';

const way = (address: string, changes: Partial<WayView> = {}): WayView => ({
  kind: 'webchat', channel: 'webchat', address, label: 'Shop', language: 'en', queue_id: 'sales', last_at: null, closed: '', holder: '', continues: false,
  continues_in: null, account: 'webchat:shop', sender: '', held_up: '', ...changes,
});

it('ways that can be used come first, in the order of the hub', () => {
  const ways = [way('a', { closed: 'no_address' }), way('b'), way('c', { closed: 'site_off' }), way('d')];
  expect(inOrder(ways).map((one) => one.address)).toEqual(['b', 'd', 'a', 'c']);
});
it('one begins in the queue that the way comes to, if it is one of theirs, else in the first of theirs', () => {
  const queues = [{ id: 'support' }, { id: 'sales' }];
  expect(queueFor(way('a'), queues)).toBe('sales');
  expect(queueFor(way('a', { queue_id: 'billing' }), queues)).toBe('support');
  expect(queueFor(null, [])).toBe('');
});
it('a conversation that is open stays in its queue', () => {
  expect(queueFor(way('a', { continues: true, continues_in: 'support' }), [{ id: 'sales' }, { id: 'support' }])).toBe('support');
});
it('two accounts of ours are two ways to one address', () => {
  const [support, sales] = ['email:support', 'email:sales'].map((account) => way('a@b.test', { kind: 'email', channel: 'email', account }));
  expect(keyOf(support!)).not.toBe(keyOf(sales!));
  expect(ourSide(sales!)).toBe('sales');
});
it('our side is named with the address that a letter comes from', () => {
  expect(ourName(way('a@b.test', { account: 'email:Support', sender: 'support@shop.test' }))).toBe('Support <support@shop.test>');
  expect(ourName(way('v1'))).toBe('shop');
});
it('says the first thing that keeps a beginning from being sent', () => {
  const whole: Beginning = { way: way('a'), queue: 'sales', hasWords: true, hasFiles: false, over: 0, areFilesComing: false, haveFilesFailed: false, subject: null };
  const cases: readonly [Partial<Beginning>, ReturnType<typeof missing>][] = [
    [{}, null], [{ way: null }, 'way'], [{ way: way('a', { held_up: 'at_capacity' }), hasWords: false }, 'held_up'], [{ queue: '' }, 'queue'],
    [{ subject: ' ', hasWords: false }, 'subject'], [{ subject: 'Order' }, null], [{ hasWords: false }, 'words'], [{ hasWords: false, hasFiles: true }, null],
    [{ over: 3 }, 'over'], [{ areFilesComing: true }, 'files_coming'], [{ haveFilesFailed: true, areFilesComing: true }, 'files_failed'],
  ];
  for (const [changes, word] of cases) expect(missing({ ...whole, ...changes })).toBe(word);
});
