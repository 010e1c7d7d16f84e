"""Chromium, and people in it: an agent at the console, a client on the web site."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.hubs import Floor, RunningHub, start_hub

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "agent_console/web/node_modules/axe-core/axe.min.js"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WITHIN_MS = 15_000
"""How long a page may take for what it should show: several browsers and hubs share two cores."""
expect.set_options(timeout=WITHIN_MS)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, headless."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session")
async def quiet_hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """A hub that many screens are looked at on: with the demo's past, and nobody works on it."""
    hub = await start_hub(tmp_path_factory.mktemp("quiet") / "data", floor=Floor(demo=True))
    yield hub
    await hub.stop()


@dataclass(slots=True)
class Screen:
    """A page with everything it complained about; `pictures` is where its screenshots go."""

    page: Page
    pictures: Path
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings count. A 401 of the question who is signed in is an answer, not an error."""
        if message.type in {"error", "warning"} and "401" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    async def picture(self, name: str) -> None:
        """A screenshot for people to look at."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=self.pictures / f"{name}.png")

    async def violations(self) -> list[str]:
        """What axe finds on the page as it is."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map(v =>"
            " v.id + ' (' + v.impact + '): ' + v.nodes.map(n => n.target.join(' ')).slice(0, 5).join(' | ')))",
            RULES,
        )
        return list(found)


async def screen_of(
    browser: Browser,
    pictures: Path,
    *,
    language: str,
    theme: str = "light",
    width: int = 1366,
    height: int = 768,
    undo_s: int = 0,
    zone: str = "UTC",
) -> Screen:
    """A new browser window of somebody with these habits; `undo_s` is how long their replies can be undone, `zone`
    the time zone of their computer."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale={"en": "en-GB", "ru": "ru-RU", "tr": "tr-TR"}[language],
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        timezone_id=zone,
    )
    kept = json.dumps({"language": language, "theme": theme, "sound": False, "undoS": undo_s})
    await context.add_init_script(f"localStorage.setItem('touchline.preferences', {json.dumps(kept)})")
    page = await context.new_page()
    page.set_default_timeout(WITHIN_MS)
    screen = Screen(page, pictures)
    page.on("console", lambda message: screen.hear(message))  # noqa: PLW0108 - a slotted bound method cannot be kept
    page.on("pageerror", lambda error: screen.complaints.append(f"page error: {error}"))
    return screen
