import { expect, it } from 'vitest';
import { blank, draftOf, letterOf, saysSomething, sheetOf } from '@/desks/agent/compose/paper';

const anna = { address: 'anna@client.test', name: 'Anna' };
const paper = { subject: 'Re: Order', to: [anna], quote: 'q1', quotes: true, signature: 'Anna' };

it('a letter nobody touched is sent as it was shown, and its draft is none', () => {
  expect(letterOf(blank(), '', paper)).toMatchObject({ subject: 'Re: Order', to: [anna], cc: [], quote: 'q1', signed: true });
  expect(saysSomething(draftOf(blank(), '', paper))).toBe(false);
});
it('what somebody chose is kept, and taken up again as they chose it', () => {
  const sheet = { ...blank(), subject: 'Another', cc: [anna], quote: null, signed: false };
  const kept = draftOf(sheet, '<b>x</b>', paper);
  expect(saysSomething(kept)).toBe(true);
  expect(sheetOf(kept)).toEqual(sheet);
  expect(letterOf(sheetOf(kept), kept.html, paper)).toMatchObject({ subject: 'Another', to: [anna], cc: [anna], quote: null, signed: false });
});
it('a subject that was emptied stays empty, and is not the one proposed', () => {
  expect(letterOf({ ...blank(), subject: '' }, '', paper).subject).toBe('');
});
it('where quotes are not usual, none stands beneath until somebody wants it', () => {
  expect(letterOf(blank(), '', { ...paper, quotes: false }).quote).toBeNull();
  expect(letterOf({ ...blank(), quote: 'q1' }, '', { ...paper, quotes: false }).quote).toBe('q1');
});
it('a signature that nobody saw under the letter does not go with it', () => {
  expect(letterOf(blank(), '', { ...paper, signature: '' }).signed).toBe(false);
  expect(draftOf(blank(), '', { ...paper, signature: '' }).signed).toBe(true);
  expect(letterOf(blank(), '', null).signed).toBe(true);
});
