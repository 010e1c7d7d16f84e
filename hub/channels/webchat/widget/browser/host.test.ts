import { beforeEach, expect, test } from "vitest";
import { STRICT } from "../dev/hub.mjs";
import { inChromium, open, write } from "./browser";

const HOSTILE = `
  * { font-size: 3px !important; color: red !important; letter-spacing: 9px !important; line-height: 9 !important }
  button, textarea, section, div, form { display: none !important; opacity: 0 !important }
  touchline-chat { display: none !important; visibility: hidden !important; transform: scale(0) !important; opacity: 0 !important; all: unset !important }
`;

inChromium("a host page", (world) => {
  beforeEach(() => {
    const { hub } = world();
    hub.pages.set("/host", {
      headers: STRICT,
      body: `<!doctype html><html lang="en"><head><title>Host</title><link rel="stylesheet" href="/hostile.css">
        <script async src="/widget.js" data-site="demo" data-lang="en"></script></head>
        <body><main><h1>Host</h1></main></body></html>`,
    });
    hub.pages.set("/hostile.css", { headers: { "content-type": "text/css" }, body: HOSTILE });
    hub.pages.set("/twice", {
      headers: {},
      body: `<!doctype html><html lang="en"><title>Twice</title><body>
        <script src="/widget.js"></script>
        <script src="/widget.js" data-site="demo" data-lang="en"></script>
        <script src="/widget.js" data-site="demo" data-lang="en"></script>`,
    });
    hub.pages.set("/keys", {
      headers: {},
      body: `<!doctype html><html lang="en"><title>Keys</title><body><script>
        window.heard = []; document.addEventListener("keydown", (event) => window.heard.push(event.key));
        </script><script src="/widget.js" data-site="demo" data-lang="en"></script>`,
    });
  });

  test("with a strict policy and hostile styles changes nothing of the chat", async () => {
    const page = await world().page("/host");
    const bubble = await page.locator(".bubble").boundingBox();
    expect(bubble).toMatchObject({ width: 56, height: 56, x: 1366 - 20 - 56, y: 768 - 20 - 56 });
    await open(page);
    await write(page, "still here");
    await page.getByText("Sent", { exact: true }).waitFor();
    const style = await page.locator(".text").evaluate((element) => {
      const { fontSize, letterSpacing, lineHeight, color } = getComputedStyle(element);
      return { fontSize, letterSpacing, lineHeight, color };
    });
    expect(style).toEqual({ fontSize: "14px", letterSpacing: "normal", lineHeight: "20.3px", color: "rgb(255, 255, 255)" });
    expect(world().complaints).toEqual([]);
    await page.context().close();
  });

  test("loads the script, and its second part when the panel is opened", async () => {
    world().requests.length = 0;
    const page = await world().page("/host");
    await open(page);
    await page.getByText("Hello!").waitFor();
    await page.locator(".attach").waitFor({ state: "attached" });
    const paths = world().requests.filter((path) => path !== "/favicon.ico");
    expect(paths.slice(0, 3)).toEqual(["/host", "/hostile.css", "/widget.js"]);
    expect(paths.slice(3)).toEqual([expect.stringMatching(/^\/widget\/more-[0-9a-f]{8}\.js$/)]);
    await page.context().close();
  });

  test("may carry the tag twice, and is told when a tag names no site", async () => {
    const page = await world().page("/twice");
    expect(await page.locator("touchline-chat").count()).toBe(1);
    expect(world().complaints.splice(0)).toEqual(['Touchline: the script tag of the chat needs data-site="KEY"']);
    await page.context().close();
  });

  test("does not take what is written in the chat for its own shortcuts", async () => {
    const page = await world().page("/keys");
    await open(page);
    await page.locator("textarea").pressSequentially("abc");
    await page.locator("textarea").press("Escape");
    expect(await page.evaluate("window.heard")).toEqual([]);
    await page.context().close();
  });

  test("cannot be changed by what an agent or a visitor writes", async () => {
    const { hub } = world();
    const page = await world().page("/host");
    await open(page);
    await write(page, '<img src=x onerror="alert(1)">');
    await page.getByText("Sent", { exact: true }).waitFor();
    hub.join("<b>Anna</b>");
    hub.say("<script>alert(1)</script> javascript:alert(1) https://shop.test/a?b=<i>");
    await page.locator(".agent .text").waitFor();
    expect(await page.locator(".text").allTextContents()).toEqual([
      '<img src=x onerror="alert(1)">',
      "<script>alert(1)</script> javascript:alert(1) https://shop.test/a?b=<i>",
    ]);
    expect(await page.locator(".title").textContent()).toBe("<b>Anna</b>");
    const links = page.locator(".text a");
    await links.first().waitFor(); // what makes links of addresses comes with the second part of the script
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute("href")).toBe("https://shop.test/a?b=");
    expect(await links.getAttribute("rel")).toBe("noopener noreferrer");
    expect(await page.locator("touchline-chat [style]").count()).toBe(0);
    await page.context().close();
  });

  test("opens the chat with any link to #touchline-chat", async () => {
    const page = await world().page();
    await page.getByRole("link", { name: "Ask us" }).click();
    await page.getByText("Write to us. A person will answer you here.").waitFor();
    expect(new URL(page.url()).hash).toBe("");
    await page.context().close();
  });
});
