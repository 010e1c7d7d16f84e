"""Takes the pictures of the documentation anew, from a real demo hub in Chromium: `make pictures`."""

import asyncio
import os
import random
import re
import secrets
import socket
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Browser, Page, async_playwright

from hub.simulator.callers import Caller, Callers, CallTally

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = secrets.token_urlsafe(12)
STARTS_WITHIN_S = 60.0
WAITS_MS = 120_000
CHROMIUM_HAS = [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
]
"""A microphone that beeps, so that the browser can be a phone."""
CALLER = "+447700900003"
"""One of the demo's people."""
TALKED_MS = 8_000
HELD = 2
"""Conversations Anna has before her picture is taken, with one more on offer."""

ANSWERS = (
    "Good day! One moment, I am looking it up.",
    "Здравствуйте! Минуту, я посмотрю.",
    "Merhaba, hemen bakıyorum.",
)
PAGES = {
    "sofia": {"floor": "/floor"},
    "maria": {"log": "/manager/log", "reports": "/manager/reports", "staffing": "/manager/staffing"},
    "admin": {
        "queues": "/admin/queues",
        "skills": "/admin/staffing",
        "hours": "/admin/hours",
        "status": "/admin/status",
    },
}


@asynccontextmanager
async def demo() -> "AsyncIterator[tuple[str, int]]":
    """The URL of a demo hub of our own, and the port of its telephone, while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    sip_port = _free_for_sip()
    # beside a hub that may run here: its telephone has other ports, and callers of its own
    ports = {
        "HUB_HTTP__PORT": str(port),
        "HUB_CHANNELS__SIP__PORT": str(sip_port),
        "HUB_SMTP_INTAKE__PORT": "0",
    }
    env = os.environ | ports | {"HUB_DEMO__PASSWORD": PASSWORD, "COLUMNS": "120"}
    hub = await asyncio.create_subprocess_exec(sys.executable, "-m", "hub", "demo", env=env, stdout=PIPE)
    try:
        await asyncio.wait_for(_listens(hub), STARTS_WITHIN_S)
        yield f"http://127.0.0.1:{port}", sip_port
    finally:
        hub.terminate()
        await hub.wait()


def _free_for_sip() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _listens(hub: Process) -> None:
    assert hub.stdout is not None
    while line := await hub.stdout.readline():
        if b"Ctrl-C" in line:
            return
    raise SystemExit("the demo did not start")


async def signed_in(browser: Browser, url: str, login: str, *, theme: str = "light") -> Page:
    """A window of that person, at their desk."""
    context = await browser.new_context(
        viewport={"width": 1366, "height": 768},
        locale="en-GB",
        color_scheme="dark" if theme == "dark" else "light",
        permissions=["microphone"],
    )
    page = await context.new_page()
    await page.goto(url)
    await page.locator("input[type=password]").wait_for()
    await page.locator("input:not([type=password])").first.fill(login)
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("input[type=password]").wait_for(state="detached")
    await page.locator("#main").wait_for()
    return page


async def agent_desk(browser: Browser, url: str) -> None:
    """Anna with work in hand, and one more client on offer."""
    page = await signed_in(browser, url, "anna")
    await page.get_by_role("button", name=re.compile("available", re.IGNORECASE)).first.click()
    for n in range(HELD):
        await page.locator(".offer").first.wait_for(timeout=WAITS_MS)
        await page.keyboard.press("Escape")
        await page.keyboard.press("a")
        await page.locator(".offer").first.wait_for(state="detached")
        await page.wait_for_timeout(1_500)
        await page.keyboard.press("r")
        await page.keyboard.type(await _answer(page))
        await page.keyboard.press("Enter")
        await page.wait_for_timeout(6_000 if n == HELD - 1 else 500)
    await page.locator(".offer").first.wait_for(timeout=WAITS_MS)
    await page.wait_for_timeout(800)
    await page.screenshot(path=IMAGES / "agent-desk.png")


async def call(browser: Browser, url: str, sip_port: int) -> None:
    """The page of Boris's phone; and Boris on the telephone with a client of the demo."""
    page = await signed_in(browser, url, "boris")
    await page.locator(".phone-light.ok").wait_for(timeout=WAITS_MS)
    await page.goto(f"{url}/my-phone")
    await page.set_viewport_size({"width": 800, "height": 900})
    await page.locator(".devices .full.heard").wait_for()
    await page.screenshot(path=IMAGES / "phone.png")
    await page.set_viewport_size({"width": 1366, "height": 768})
    await page.goto(url)
    await page.locator(".phone-light.ok").wait_for(timeout=WAITS_MS)
    chance = random.Random()  # noqa: S311 - a voice, no secret
    callers = Callers("127.0.0.1", sip_port, chance, CallTally())
    who = Caller(queue="support", number=CALLER, patience_s=WAITS_MS / 1000, talks_s=60)
    async with callers.running(), asyncio.TaskGroup() as group:
        calling = group.create_task(callers.play(who))
        await page.get_by_role("button", name=re.compile("available", re.IGNORECASE)).first.click()
        offer = page.locator("section.offer.full")
        await offer.wait_for(timeout=WAITS_MS)
        while not await offer.locator(".of-call").count():
            # somebody who writes came first
            await page.keyboard.press("d")
            await page.locator("[role=menuitem]").first.click()
            await offer.wait_for(state="detached")
            await offer.wait_for(timeout=WAITS_MS)
        await page.wait_for_timeout(1_500)
        await page.keyboard.press("Escape")
        await page.keyboard.press("a")
        await page.locator("section.call.talking").wait_for()
        await page.wait_for_timeout(TALKED_MS)
        await page.screenshot(path=IMAGES / "call.png")
        calling.cancel()
    await page.context.close()


async def _answer(page: Page) -> str:
    said = await page.get_by_role("log").first.inner_text()
    if re.search("[а-я]{3}", said):
        return ANSWERS[1]
    return ANSWERS[2] if re.search("[ğışçöü]", said) else ANSWERS[0]


async def main() -> None:
    """Every picture, one after the other."""
    async with demo() as (url, sip_port), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_HAS)
        await call(browser, url, sip_port)
        await agent_desk(browser, url)
        for login, pages in PAGES.items():
            page = await signed_in(browser, url, login, theme="dark" if login == "sofia" else "light")
            for name, path in pages.items():
                await page.goto(url + path)
                await page.wait_for_load_state("networkidle" if login != "sofia" else "load")
                await page.wait_for_timeout(2_000)
                await page.screenshot(path=IMAGES / f"{name}.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
