import { expect, it } from 'vitest';
import type { ClientCard } from '@/generated/views';
import { called } from '@/live/called';

type Identity = ClientCard['identities'][number];
const identity = (kind: Identity['kind'], value: string, display = '', confidence: Identity['confidence'] = 'known'): Identity => ({ id: value, kind, value, display, confidence });

it.each<[string, string, readonly Identity[]]>([
  ['Nina', 'Nina', [identity('email', 'a@b.test')]],
  ['a@b.test', '', [identity('webchat', 'v1'), identity('email', 'a@b.test')]],
  ['+90 532', '', [identity('phone', '+90532', '+90 532'), identity('email', 'a@b.test')]],
  ['@nina', '', [identity('telegram', '4711', '@nina')]],
  ['', '', [identity('telegram', '4711'), identity('webchat', 'v1'), identity('email', 'a@b.test', '', 'maybe')]],
])('%s', (said, name, identities) => {
  expect(called({ name, identities })).toBe(said);
});
