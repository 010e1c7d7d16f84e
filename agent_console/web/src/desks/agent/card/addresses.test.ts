import { expect, test } from 'vitest';
import { addressWords } from '@/desks/agent/card/addresses';
import type { CardIdentity } from '@/generated/views';
import { text } from '@/i18n/text';

const words = (part: Partial<CardIdentity>): string => addressWords({ id: 'i', kind: 'site', value: 'shop:4711', display: '', confidence: 'known', ...part }, text);

test.each([
  ['Site user 4711 (verified)', {}],
  ['Site user 4711', { confidence: 'maybe' }],
  ['Site user a:b (verified)', { value: 'shop:a:b' }],
  ['Site user Ada (verified)', { display: 'Ada' }],
  ['Visitor 0abcde', { kind: 'webchat', value: '01a0abcde' }],
  ['ada@example.org', { kind: 'email', value: 'ada@example.org' }],
] as const)('an address reads %s', (said, part) => expect(words(part)).toBe(said));
