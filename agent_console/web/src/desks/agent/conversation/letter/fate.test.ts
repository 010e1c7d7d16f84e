import { describe, expect, it } from 'vitest';
import { fateOf, triesAgain } from '@/desks/agent/conversation/letter/fate';

describe('the fate of a letter', () => {
  it.each([
    ['bounced: 5.1.1 no such user', ['bounced'], '5.1.1 no such user'],
    ['bounced', ['bounced'], ''],
    ['recipients_refused: a@x.test, b@x.test', ['recipients_refused'], 'a@x.test, b@x.test'],
    ['gave_up: mail_server_unreachable: no route to host', ['gave_up', 'mail_server_unreachable'], 'no route to host'],
    ['gave_up', ['gave_up'], ''],
    ['mail_server_refused: error: spam', ['mail_server_refused'], 'error: spam'],
    ['550 5.7.1 refused', [], '550 5.7.1 refused'],
  ])('%s', (detail, codes, said) => {
    expect(fateOf(detail)).toEqual({ codes, said });
  });
});
it.each([
  ['queued', 'mail_server_unreachable: nobody listens at mx.test:25', true],
  ['sending', 'mail_server_busy: 451 later', true],
  ['queued', 'sign_in_refused: 535 no', false],
  ['queued', '', false],
  ['failed', 'gave_up: mail_server_unreachable: nobody listens', false],
] as const)('what is %s with “%s” is tried again without anybody: %s', (delivery, detail, expected) => {
  expect(triesAgain(delivery, fateOf(detail))).toBe(expected);
});
