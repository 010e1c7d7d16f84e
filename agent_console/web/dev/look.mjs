/**
 * Looks at every screen of the built console in Chromium, with the practice hub behind it: takes a picture, runs
 * axe, and collects what the console and the content policy complain about.
 *
 *   npm run look -- [folder for the pictures] [only scenes whose name has this]
 */

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const folder = process.argv[2] ?? join(tmpdir(), 'touchline-look');
const only = process.argv[3] ?? '';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HERE = 'http://127.0.0.1:4173';
const SIZES = { laptop: [1366, 768], desktop: [1920, 1080], phone: [390, 844] };
const IVAN = '01930000-0000-7000-8000-000000000201';

const act = (name, body = {}) =>
  fetch(`${HERE}/api/v1/practice/${name}`, { method: 'POST', body: JSON.stringify(body) }).then((r) => r.json());
const busy = async (page) => {
  await act('busy');
  await page.goto(`${HERE}/?c=${IVAN}`);
  await page.getByRole('log').getByText('Тверская').first().waitFor();
};

/** name, who is signed in, what to do before looking. */
const SCENES = [
  ['sign-in', '', async () => {}],
  ['sign-in-wrong', '', async (page) => {
    for (let i = 0; i < 3; i++) {
      await page.locator('input[name=login]').fill('anna');
      await page.locator('input[name=password]').fill('wrong');
      await page.locator('button[type=submit]').click();
      await page.waitForTimeout(250);
    }
  }],
  ['setup', 'setup', async (page) => { await page.locator('input[autocomplete=one-time-code]').waitFor(); }],
  ['desk-empty', 'anna', async (page) => { await page.locator('.summary').waitFor(); }],
  ['desk-offer', 'anna', async (page) => { await act('offer', { n: 1 }); await page.locator('.offer').first().waitFor(); }],
  ['desk-busy', 'anna', async (page) => { await busy(page); await act('types', { n: 1 }); await act('offer', { n: 5 }); }],
  ['desk-offers', 'anna', async (page) => { await busy(page); await act('offer', { n: 1 }); await act('offer', { n: 2 }); await page.locator('.others .offer').first().waitFor({ state: 'attached' }); }],
  ['desk-card', 'anna', async (page) => {
    await busy(page);
    const tab = page.locator('.tabs button').nth(2);
    if (await tab.isVisible()) await tab.click();
  }],
  ['desk-write', 'anna', async (page) => {
    await busy(page);
    await page.keyboard.press('r');
    await page.keyboard.type('Please refuse this one');
    await page.keyboard.press('Control+Enter');
    await page.waitForTimeout(200);
    await page.keyboard.type('fail please');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.type('A longer answer');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('is being written');
    await page.waitForTimeout(900);
  }],
  ['desk-note', 'anna', async (page) => { await busy(page); await page.keyboard.press('n'); await page.keyboard.type('Called the courier.'); }],
  ['desk-close', 'anna', async (page) => { await busy(page); await page.keyboard.press('c'); await page.keyboard.press('2'); await page.keyboard.press('Control+Enter'); await page.waitForTimeout(200); }],
  ['desk-transfer', 'anna', async (page) => { await busy(page); await page.keyboard.press('t'); await page.locator('.transfer select').waitFor(); }],
  ['desk-wrap-up', 'anna', async (page) => { await busy(page); await page.keyboard.press('c'); await page.keyboard.press('1'); await page.keyboard.press('Enter'); await page.locator('.wrap').waitFor(); }],
  ['desk-state', 'anna', async (page) => { await page.keyboard.press('s'); await page.locator('[role=menu]').waitFor(); }],
  ['desk-decline', 'anna', async (page) => { await act('offer', { n: 2 }); await page.locator('.offer').first().waitFor(); await page.keyboard.press('d'); await page.locator('[role=menu]').waitFor(); }],
  ['desk-missed', 'anna', async (page) => { await act('pause'); await page.locator('.missed').waitFor(); }],
  ['desk-search', 'anna', async (page) => { await busy(page); await page.keyboard.press('/'); await page.keyboard.type('e'); await page.keyboard.type('m'); await page.waitForTimeout(500); }],
  ['desk-person', 'anna', async (page) => { await page.keyboard.press('/'); await page.keyboard.type('olga'); await page.waitForTimeout(500); await page.keyboard.press('Enter'); await page.getByRole('log').waitFor(); }],
  ['desk-help', 'anna', async (page) => { await page.keyboard.press('?'); await page.locator('[role=dialog]').waitFor(); }],
  ['desk-palette', 'anna', async (page) => { await busy(page); await page.keyboard.press('Control+k'); await page.locator('[role=dialog]').waitFor(); }],
  ['desk-menu', 'anna', async (page) => { await page.locator('.who[data-state]').click(); await page.locator('[role=menu]').waitFor(); }],
  ['phone-offer', 'anna', async (page) => { await act('offer', { n: 1, channel: 'sip', seconds: 60 }); await act('call', { n: 1, stage: 'ringing', answered_at: null }); await page.locator('.of-call').first().waitFor(); }],
  ['phone-call', 'anna', async (page) => { await busy(page); await act('call', { n: 1, recording: 'on' }); await page.locator('.call').waitFor(); }],
  ['phone-held', 'anna', async (page) => { await busy(page); await act('call', { n: 1 }); await page.locator('.call').waitFor(); await page.keyboard.press('h'); await page.locator('.call.held').waitFor(); }],
  ['phone-hand', 'anna', async (page) => { await busy(page); await act('call', { n: 1 }); await page.locator('.call').waitFor(); await page.keyboard.press('g'); await page.locator('.hand-over .choice').first().waitFor(); await page.keyboard.type('+90 532'); }],
  ['phone-asked', 'anna', async (page) => { await busy(page); await act('call', { n: 1, held_since: new Date().toISOString(), third: 'Boris', third_stage: 'talking' }); await page.locator('.call.asked').waitFor(); }],
  ['phone-keys', 'anna', async (page) => { await busy(page); await act('call', { n: 1 }); await page.locator('.call').waitFor(); await page.keyboard.press('p'); await page.locator('.keypad').waitFor(); await page.keyboard.type('42#'); }],
  ['phone-light', 'anna', async (page) => { await page.locator('.phone-light').click(); await page.locator('.phone-panel').waitFor(); }],
  ['phone-page', 'anna', async (page) => { await page.goto(`${HERE}/my-phone`); await page.locator('.devices').waitFor(); await page.waitForTimeout(600); }],
  ['phone-desk', 'anna', async (page) => { await page.goto(`${HERE}/my-phone`); await page.locator('input[value=registered]').check(); await page.locator('.block .btn').last().click(); await page.locator('.told').waitFor(); }],
  ['phone-uri', 'anna', async (page) => { await page.goto(`${HERE}/my-phone`); await page.locator('input[value=uri]').check(); await page.locator('.address input').fill('sip:'); await page.keyboard.press('Enter'); await page.locator('.wrong').waitFor(); }],
  ['desk-stale', 'anna', async (page) => { await busy(page); await act('silent'); await page.waitForTimeout(10_800); }],
  ['floor', 'sofia', async (page) => { await page.locator('table').waitFor(); }],
  ['floor-both', 'lena', async (page) => { await page.goto(`${HERE}/floor`); await page.locator('table').waitFor(); }],
  ['audit', 'admin', async (page) => { await page.locator('table').waitFor(); }],
];

/** Each scene as the laptop sees it in English; every language, theme and size somewhere. */
const LOOKS = [
  ['laptop', 'en', 'light', () => true],
  ['desktop', 'ru', 'dark', (name) => /busy|floor|audit|offer/.test(name)],
  ['laptop', 'ru', 'dark', () => true],
  ['laptop', 'tr', 'light', () => true],
  ['phone', 'en', 'light', () => true],
  ['phone', 'tr', 'dark', (name) => /busy|write|card|floor|sign/.test(name)],
];

async function look(browser, [size, language, theme], [name, login, prepare]) {
  await act('silent', { on: 'no' });
  await act('reset', login === 'setup' ? { setup: 'yes' } : { login });
  const [width, height] = SIZES[size];
  // axe is put into the page past the content policy; the policy's own complaints are still heard
  const context = await browser.newContext({ viewport: { width, height }, permissions: ['microphone'], isMobile: size === 'phone', hasTouch: size === 'phone', reducedMotion: 'reduce', locale: language, bypassCSP: false });
  await context.addInitScript(({ language, theme }) => {
    localStorage.setItem('touchline.preferences', JSON.stringify({ language, theme, sound: true }));
    window.complaints = [];
    document.addEventListener('securitypolicyviolation', (e) => window.complaints.push(`policy: ${e.violatedDirective} ${e.blockedURI}`));
  }, { language, theme });
  const page = await context.newPage();
  const heard = [];
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !/status of (401|429|503)/.test(m.text()) && heard.push(`${m.type()}: ${m.text()}`));
  page.on('pageerror', (e) => heard.push(`page: ${e.message}`));
  await page.goto(HERE);
  await page.locator('#main').waitFor();
  if (login && login !== 'setup') await page.locator('header.top').waitFor();
  await page.waitForTimeout(150);
  await prepare(page);
  await page.waitForTimeout(350);
  const picture = `${name}-${size}-${language}-${theme}.png`;
  await page.screenshot({ path: join(folder, picture) });
  const session = await context.newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    const scrolls = document.documentElement.scrollHeight > window.innerHeight || document.documentElement.scrollWidth > window.innerWidth;
    return {
      axe: violations.map((v) => `axe ${v.impact} ${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary?.split('\n')[1] ?? ''}`).join(' | ')}`),
      complaints: [...window.complaints, ...(scrolls ? ['the page scrolls'] : [])],
    };
  });
  const all = [...heard, ...found.complaints, ...found.axe];
  console.log(`${all.length ? 'BAD' : 'ok '} ${picture}${all.map((line) => `\n      ${line}`).join('')}`);
  await context.close();
  return all.length;
}

mkdirSync(folder, { recursive: true });
const server = await preview();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream'],
});
let bad = 0;
let seen = 0;
for (const scene of SCENES) {
  for (const look_ of LOOKS) {
    const label = `${scene[0]}-${look_.slice(0, 3).join('-')}`;
    if (!look_[3](scene[0]) || !label.includes(only)) continue;
    seen += 1;
    bad += (await look(browser, look_, scene).catch((error) => (console.log(`BAD ${label}: ${error.message}`), 1))) ? 1 : 0;
  }
}
await browser.close();
await server.close();
console.log(`${seen} screens, ${bad} with findings, pictures in ${folder}`);
process.exit(bad ? 1 : 0);
