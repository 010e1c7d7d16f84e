/** A Chromium and a hub for the tests of the built script. */

import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { Hub } from "../dev/hub.mjs";

const SYSTEMS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const CHROMIUM = process.env["CHROMIUM"] ?? SYSTEMS.find(existsSync) ?? SYSTEMS[0]!;
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What a test opens pages with. Whatever a page complains about is in `complaints`. */
export class World {
  readonly complaints: string[] = [];
  readonly requests: string[] = [];

  constructor(
    readonly hub: Hub,
    readonly base: string,
    readonly browser: Browser,
  ) {}

  /** A page of a new visitor. */
  async page(path = "/chat/demo", options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
    return this.another(await context.newPage(), path);
  }

  /** A second page of the visitor of `page`. */
  async beside(page: Page, path = "/chat/demo"): Promise<Page> {
    return this.another(await page.context().newPage(), path);
  }

  /** What there is to see of a failure: what pages complained of, what the hub heard last, and what is on the screens. */
  async evidence(): Promise<string> {
    const screens = this.browser
      .contexts()
      .flatMap((context) => context.pages())
      .map((page) => page.locator("touchline-chat .panel").innerText({ timeout: 1_000 }).catch(String));
    const { complaints, hub } = this;
    return JSON.stringify({ complaints, heard: hub.heard.slice(-5), screens: await Promise.all(screens) }, null, 1);
  }

  private async another(page: Page, path: string): Promise<Page> {
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("ERR_CONNECTION_REFUSED")) {
        this.complaints.push(message.text());
      }
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("crash", () => this.complaints.push("the page crashed"));
    page.on("request", (request) => this.requests.push(new URL(request.url()).pathname));
    await page.goto(this.base + path);
    await page.locator("touchline-chat .bubble").waitFor();
    return page;
  }
}

/** A group of tests in Chromium. Without one they are not run, which only CI counts as a failure. */
export function inChromium(name: string, tests: (world: () => World) => void): void {
  const found = existsSync(CHROMIUM) || process.env["CI"] !== undefined;
  describe.skipIf(!found)(`${name} (${found ? "in Chromium" : `not run: there is no ${CHROMIUM}`})`, () => {
    let world: World;
    beforeAll(async () => {
      const hub = new Hub();
      world = new World(hub, await hub.start(), await chromium.launch({ executablePath: CHROMIUM, args: QUIET }));
    });
    afterEach(async ({ task }) => {
      if (task.result?.state === "fail") {
        console.error(`${task.name}: ${await world.evidence()}`);
      }
    });
    afterAll(async () => {
      await world.browser.close();
      await world.hub.stop();
    });
    tests(() => world);
  });
}

export async function write(page: Page, text: string): Promise<void> {
  await page.locator("textarea").fill(text);
  await page.locator("textarea").press("Enter");
}

export async function open(page: Page): Promise<void> {
  await page.locator(".bubble").click();
  await page.locator(".panel").waitFor();
}
