import { describe, expect, it } from 'vitest';
import { fateOf } from '@/desks/agent/conversation/letter/fate';

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
