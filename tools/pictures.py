"""Takes the pictures of the documentation anew, from a real demo hub in Chromium: `make pictures`."""

import asyncio
import os
import re
import secrets
import socket
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Browser, Page, async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = secrets.token_urlsafe(12)
STARTS_WITHIN_S = 60.0
WAITS_MS = 120_000
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
async def demo() -> "AsyncIterator[str]":
    """The URL of a demo hub of our own, while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    ports = {"HUB_HTTP__PORT": str(port), "HUB_CHANNELS__SIP__PORT": "0"}
    env = os.environ | ports | {"HUB_DEMO__PASSWORD": PASSWORD, "COLUMNS": "120"}
    hub = await asyncio.create_subprocess_exec(sys.executable, "-m", "hub", "demo", env=env, stdout=PIPE)
    try:
        await asyncio.wait_for(_listens(hub), STARTS_WITHIN_S)
        yield f"http://127.0.0.1:{port}"
    finally:
        hub.terminate()
        await hub.wait()


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


async def _answer(page: Page) -> str:
    said = await page.get_by_role("log").first.inner_text()
    if re.search("[а-я]{3}", said):
        return ANSWERS[1]
    return ANSWERS[2] if re.search("[ğışçöü]", said) else ANSWERS[0]


async def main() -> None:
    """Every picture, one after the other."""
    async with demo() as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
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
