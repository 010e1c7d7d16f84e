import { expect, it } from 'vitest';
import { linked } from '@/desks/agent/conversation/links';

it('an address is a link, the full stop after it is not', () => {
  expect(linked('See https://shop.test/order/118. Thanks')).toEqual([
    { text: 'See ', href: null },
    { text: 'https://shop.test/order/118', href: 'https://shop.test/order/118' },
    { text: '. Thanks', href: null },
  ]);
});

it('nothing but web addresses becomes a link', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'http://', '<a href="x">y</a>', '']) {
    expect(linked(text)).toEqual([{ text, href: null }]);
  }
});

it('the parts are the text again', () => {
  const text = 'http://a.test, (https://b.test/x?y=1) and http://c.test/»';
  expect(linked(text).map((part) => part.text).join('')).toBe(text);
  expect(linked(text).flatMap((part) => part.href ?? [])).toEqual(['http://a.test', 'https://b.test/x?y=1', 'http://c.test/']);
});

it('an address ends where the direction of the text is turned, and one that names somebody before its host is none', () => {
  expect(linked('https://good.test/\u202egpj.exe').flatMap((part) => part.href ?? [])).toEqual(['https://good.test/']);
  expect(linked('http://user:pw@bank.test@evil.test/').flatMap((part) => part.href ?? [])).toEqual([]);
});

it('shows a place as its coordinates, which lead to a map', () => {
  expect(linked('Cafe\ngeo:41.01,-28.97')).toEqual([
    { text: 'Cafe\n', href: null },
    { text: '41.01, -28.97', href: 'https://www.openstreetmap.org/?mlat=41.01&mlon=-28.97#map=16/41.01/-28.97' },
  ]);
  expect(linked('not geo:41.01,28.97abc nor xgeo:1,2')).toEqual([{ text: 'not geo:41.01,28.97abc nor xgeo:1,2', href: null }]);
});
