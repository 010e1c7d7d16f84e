import { describe, expect, it } from 'vitest';
import { heightOf, pageOf, policyOf, SANDBOX } from '@/desks/agent/conversation/letter/page';

describe('the page of a letter', () => {
  it('fetches nothing by itself, and pictures over https when asked', () => {
    expect(policyOf(false)).toContain("default-src 'none'; img-src data:;");
    expect(policyOf(false)).not.toContain('http');
    expect(policyOf(true)).toContain('img-src data: https:;');
    expect(policyOf(true)).not.toMatch(/script-src|connect-src|http:/);
  });

  it('has its policy before anything of the letter', () => {
    const page = pageOf('<p>hello</p>', false);
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<p>hello</p>'));
  });

  it('runs no script and is of nobody’s origin', () => {
    expect(SANDBOX.split(' ')).not.toContain('allow-scripts');
    expect(SANDBOX.split(' ')).not.toContain('allow-same-origin');
    expect(SANDBOX).not.toMatch(/allow-top-navigation|allow-forms/);
  });

  it('is low for a few words, and never higher than what is comfortable to scroll in', () => {
    expect(heightOf({ signs: 20, blocks: 1, hasPictures: false })).toBe(120);
    expect(heightOf({ signs: 700, blocks: 2, hasPictures: false })).toBe(300);
    expect(heightOf({ signs: 90_000, blocks: 800, hasPictures: false })).toBe(460);
    expect(heightOf({ signs: 0, blocks: 0, hasPictures: true })).toBe(460);
  });
});
