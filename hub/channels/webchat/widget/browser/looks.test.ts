import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { inChromium, open, write } from "./browser";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** What axe finds on the page, as lines. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = (await page.evaluate(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] })`,
  )) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`));
}

inChromium("looks", (world) => {
  test.each([
    ["en", "light"],
    ["ru", "dark"],
    ["tr", "light"],
  ] as const)("axe finds nothing on the page, closed and in every state of the panel: %s, %s", async (lang, colorScheme) => {
    const { hub } = world();
    const page = await world().page(`/chat/demo?lang=${lang}`, { colorScheme, bypassCSP: true, reducedMotion: "reduce" });
    expect(await violations(page)).toEqual([]);
    await open(page);
    expect(await violations(page)).toEqual([]);
    await write(page, "hello");
    await page.locator(".said.sent").waitFor();
    hub.tell({ t: "position", place: 2, ewt_s: 300 });
    hub.say("answer https://shop.test/");
    await page.locator(".agent").waitFor();
    hub.tell({ t: "typing", typing: true });
    await page.locator(".end").click();
    await page.locator(".sure").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator(".no").click();
    await hub.stop();
    await page.locator(".lost").waitFor();
    await write(page, "kept");
    await page.locator(".said.retry").waitFor();
    await page.locator("textarea").fill("a".repeat(4001));
    expect(await violations(page)).toEqual([]);
    await page.locator("textarea").fill("");
    await hub.start();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator(".said.sent").waitFor();
    hub.close();
    await page.locator(".again").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator(".close").click();
    await page.context().close();
  });

  test("the focus goes into the panel and back to the bubble", async () => {
    const page = await world().page();
    await page.locator(".bubble").focus();
    await page.keyboard.press("Enter");
    await page.locator("textarea:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".bubble:focus").waitFor();
    expect(await page.locator(".panel").isHidden()).toBe(true);
    await page.context().close();
  });

  test("Escape takes back the question before it closes the panel", async () => {
    const page = await world().page();
    await open(page);
    await write(page, "hello");
    await page.locator(".said.sent").waitFor();
    await page.locator(".end").click();
    await page.keyboard.press("Escape");
    expect(await page.locator(".sure").isHidden()).toBe(true);
    await page.locator("textarea:focus").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".panel").isHidden()).toBe(true);
    await page.context().close();
  });

  test("on a phone the panel is the screen, and no keyboard jumps at the visitor", async () => {
    const page = await world().page("/chat/demo", PHONE);
    await page.locator(".bubble").tap();
    await page.locator(".panel").waitFor();
    await expect.poll(() => page.locator(".panel").boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
    expect(await page.locator(".bubble").isHidden()).toBe(true);
    expect(await page.locator("textarea:focus").count()).toBe(0);
    await page.locator(".close").tap();
    await page.locator(".bubble").waitFor();
    await page.context().close();
  });

  test("on a low window the panel does not leave it", async () => {
    const page = await world().page("/chat/demo", { viewport: { width: 900, height: 500 } });
    await open(page);
    await expect.poll(async () => ((await page.locator(".panel").boundingBox())?.y ?? -1) >= 0).toBe(true);
    await page.context().close();
  });

  test("the page does not scroll sideways, on a phone or a small laptop", async () => {
    for (const width of [360, 390, 768, 1366]) {
      const page = await world().page("/chat/demo?lang=ru", { viewport: { width, height: 800 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), String(width)).toBe(width);
      await page.context().close();
    }
  });

  test("leave nothing to complain about", () => {
    expect(world().complaints).toEqual([]);
  });
});
