import { expect, it } from 'vitest';
import { bodyOf, formOf, newSite, snippetOf } from '@/desks/admin/floor/site-draft';

it('a site is sent as it was read, an origin a line', () => {
  const site = { ...newSite('q1'), key: 'shop', version: 2, title: 'Shop', origins: ['https://a.test', 'https://b.test'] };
  const body = bodyOf(formOf(site));
  expect(body.origins).toEqual(['https://a.test', 'https://b.test']);
  expect(bodyOf({ ...formOf(site), origins: ' https://a.test,\n\nhttps://c.test ' }).origins).toEqual(['https://a.test', 'https://c.test']);
});

it('a language in which nothing is said is left out', () => {
  const form = newSite('q1');
  form.setup = { ...form.setup, words: { en: { title: 'Help', greeting: '', away: '' }, ru: { title: '', greeting: '', away: '' } } };
  expect(Object.keys(bodyOf(form).setup?.words ?? {})).toEqual(['en']);
});

it('the snippet names the hub and the site, and nothing that was typed can leave its attribute', () => {
  expect(snippetOf('https://hub.test', 'shop')).toBe('<script async src="https://hub.test/widget.js" data-site="shop"></script>');
  expect(snippetOf('https://hub.test', 'a"><b')).toBe('<script async src="https://hub.test/widget.js" data-site="ab"></script>');
});
