import { describe, expect, it } from 'vitest';
import { foldOf, lineOf, reasonsOf, wholeHead } from '@/desks/agent/conversation/letter/head';
import { whoIs } from '@/desks/agent/conversation/writer';

const people = (count: number) => Array.from({ length: count }, (_, n) => ({ name: '', address: `p${n}@x.test` }));

describe('the head of a letter', () => {
  it('is whole though the hub leaves out what is as usual', () => {
    expect(wholeHead({ subject: 'Help' })).toMatchObject({ subject: 'Help', kind: 'personal', proof: 'unknown', to: [], defects: [], has_html: false });
  });

  it('says what is folded away', () => {
    const folds = [[false, false], [true, false], [false, true], [true, true]].map(([quoted = false, signature = false]) => foldOf({ quoted, signature }));
    expect(folds).toEqual([null, 'quote', 'signature', 'both']);
  });

  it('never shows a name without its address', () => {
    expect(whoIs({ name: 'bank@bank.test', address: 'eve@evil.test' })).toBe('bank@bank.test <eve@evil.test>');
    expect(whoIs({ name: 'a@x.test', address: 'a@x.test' })).toBe('a@x.test');
    expect(whoIs({ name: '', address: 'a@x.test' })).toBe('a@x.test');
  });

  it('folds a long line, and never one address alone', () => {
    expect(lineOf(people(4), false)).toEqual({ shown: people(4), more: 0 });
    expect(lineOf(people(9), false)).toEqual({ shown: people(3), more: 6 });
    expect(lineOf(people(9), true)).toEqual({ shown: people(9), more: 0 });
  });

  it('says at once what may deceive and why it is unreadable', () => {
    expect(reasonsOf(wholeHead({ defects: ['no_date', 'misleading_name', 'no_date'] }))).toEqual({ atOnce: ['misleading_name'], onDemand: ['no_date'] });
    expect(reasonsOf(wholeHead({ unreadable: true, defects: ['too_many_encoded_words', 'no_date'] }))).toEqual({ atOnce: ['too_many_encoded_words'], onDemand: ['no_date'] });
  });
});
