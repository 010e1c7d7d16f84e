import { expect, test } from "vitest";
import { inChromium, open, write } from "./browser";

inChromium("a visitor", (world) => {
  test("costs the hub no connection before opening the chat, and is answered after", async () => {
    const { hub } = world();
    const page = await world().page();
    expect(hub.connections).toBe(0);
    await open(page);
    await write(page, "Does the Heron work on induction?");
    await page.getByText("Sent", { exact: true }).waitFor();
    hub.tell({ t: "position", place: 3, ewt_s: 125 });
    await page.getByText("You are 3rd in line, about 2 min").waitFor();
    hub.join("Anna");
    await page.getByText("Anna has joined").waitFor();
    hub.say("It does.");
    await page.getByText("It does.").waitFor();
    expect(await page.locator(".bar").textContent()).toBe("");
    expect(await page.locator(".title").textContent()).toBe("Anna");
    await expect.poll(() => hub.heard.at(-1)).toMatchObject({ t: "got" });
    await page.context().close();
  });

  test("who writes while the hub is down is delivered once, even by the next page", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    await write(page, "first");
    await page.getByText("Sent", { exact: true }).waitFor();
    await hub.stop();
    await page.getByText("No connection.").waitFor();
    await write(page, "kept");
    await page.getByText("Not sent yet, will retry").waitFor();
    await hub.start();
    await page.goto("about:blank");
    await page.goto(`${world().base}/chat/demo`);
    await page.getByText("kept", { exact: true }).waitFor();
    await page.getByText("Sent", { exact: true }).waitFor();
    expect(hub.session.lines.map(({ text }) => text)).toEqual(["first", "kept"]);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(":out:")))).toEqual([]);
    await page.context().close();
  });

  test("who stays on the page needs to do nothing when the hub is back", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    await write(page, "first");
    await page.getByText("Sent", { exact: true }).waitFor();
    await hub.stop();
    await write(page, "kept");
    await write(page, "in order");
    await page.getByText("Not sent yet, will retry").waitFor();
    await hub.start();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.getByText("Sent", { exact: true }).waitFor();
    expect(hub.session.lines.map(({ text }) => text)).toEqual(["first", "kept", "in order"]);
    await page.context().close();
  });

  test("with two pages sees the same on both, and reads once", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    await write(page, "from the first page");
    await page.getByText("Sent", { exact: true }).waitFor();
    const second = await world().beside(page);
    await expect.poll(() => hub.session.sockets.size).toBe(2);
    await page.locator("textarea").press("Escape");
    hub.say("to both");
    await page.locator(".badge").waitFor();
    await second.locator(".badge").waitFor();
    await open(page);
    await page.getByText("to both").waitFor();
    await second.locator(".badge").waitFor({ state: "hidden" });
    await page.close();
    await open(second);
    await write(second, "from the second page");
    await second.getByText("Sent", { exact: true }).waitFor();
    expect(await second.locator(".text").allTextContents()).toEqual([
      "from the first page",
      "to both",
      "from the second page",
    ]);
    expect(hub.session.lines).toHaveLength(3);
    await second.context().close();
  });

  test("finds unread messages counted on the bubble, and the number gone after looking", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    await write(page, "hello");
    await page.getByText("Sent", { exact: true }).waitFor();
    await page.locator("textarea").press("Escape");
    hub.say("one");
    hub.say("two");
    await page.getByRole("button", { name: "Open chat, 2 unread messages" }).click();
    await page.getByText("two", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Close chat" }).first().click();
    await page.getByRole("button", { name: "Open chat", exact: true }).waitFor();
    await page.context().close();
  });

  test("ends the conversation after being asked, and begins another below it", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    await write(page, "hello");
    await page.getByText("Sent", { exact: true }).waitFor();
    await page.getByRole("button", { name: "End", exact: true }).click();
    await page.getByRole("button", { name: "End it" }).click();
    await page.getByText("This conversation has ended").waitFor();
    expect(hub.session.open).toBe(false);
    await page.getByRole("button", { name: "New conversation" }).click();
    await write(page, "me again");
    await page.getByText("Sent", { exact: true }).waitFor();
    expect(await page.locator(".text, .note").allTextContents()).toEqual([
      "hello",
      "This conversation has ended",
      "me again",
    ]);
    await page.context().close();
  });

  test("is told to slow down without noticing", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    hub.answers = [{ t: "error", code: "too_fast", retry_ms: 300 }, { t: "nack", retry_ms: 200 }];
    await write(page, "patient");
    await page.getByText("Sent", { exact: true }).waitFor();
    expect(hub.session.lines.map(({ text }) => text)).toEqual(["patient"]);
    await page.context().close();
  });

  test("writes lines with Shift and Enter, and no more than 4000 characters", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    const field = page.locator("textarea");
    await field.pressSequentially("one");
    await field.press("Shift+Enter");
    await field.pressSequentially("two");
    await field.press("Enter");
    await page.getByText("Sent", { exact: true }).waitFor();
    expect(hub.session.lines.at(-1)?.text).toBe("one\ntwo");
    await field.fill("a".repeat(3999));
    await page.getByText("1 character left").waitFor();
    await field.fill("👋".repeat(4001));
    await page.getByText("1 character too many").waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await field.press("Enter");
    expect(hub.session.lines).toHaveLength(1);
    await page.context().close();
  });

  test("goes on reading older messages while new ones arrive", async () => {
    const { hub } = world();
    const page = await world().page();
    await open(page);
    await write(page, "hello");
    await page.getByText("Sent", { exact: true }).waitFor();
    for (let i = 0; i < 30; i++) {
      hub.say(`line ${i}`);
    }
    await page.getByText("line 29", { exact: true }).waitFor();
    await page.locator(".log").hover();
    await page.mouse.wheel(0, -600);
    await expect.poll(() => page.locator(".log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight)).toBeGreaterThan(400);
    const before = await page.locator(".log").evaluate((log) => log.scrollTop);
    hub.say("news");
    await page.getByRole("button", { name: "New messages" }).waitFor();
    expect(await page.locator(".log").evaluate((log) => log.scrollTop)).toBe(before);
    await page.getByRole("button", { name: "New messages" }).click();
    await expect.poll(() => page.locator(".log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight)).toBeLessThan(2);
    await page.context().close();
  });

  test("finds the panel open on the next page, with the text that was being written", async () => {
    const page = await world().page();
    await open(page);
    await write(page, "hello");
    await page.getByText("Sent", { exact: true }).waitFor();
    await page.locator("textarea").fill("half a sen");
    await page.goto(`${world().base}/chat/demo?lang=tr`);
    await page.getByText("hello", { exact: true }).waitFor();
    expect(await page.locator("textarea").inputValue()).toBe("half a sen");
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    await page.context().close();
  });

  test("leaves nothing to complain about", () => {
    expect(world().complaints).toEqual([]);
  });
});
