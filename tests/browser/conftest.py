"""Chromium, and people in it: an agent at the console, a client on the web site."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from tests.calls import set_voice_rules
from tests.clients import Agent
from tests.hubs import Floor, RunningHub, start_hub
from tests.ports import free_port
from tests.softphone import Softphone, softphone

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "agent_console/web/node_modules/axe-core/axe.min.js"
CHROMIUM = "/usr/bin/chromium"
_PAGES_ONLY = "/usr/bin/chromium-headless-shell"
"""The same without windows, toolbars and menus, which take more time than the pages in them; nor does it ask for a
microphone."""
_APART = "--site-per-process"
"""A letter in its frame is in a process of its own, as it is in the whole browser unasked."""
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
SETTLED_MS = 300
"""A page that has asked nobody anything for so long has all it shows."""
expect.set_options(timeout=WITHIN_MS)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, headless."""
    program = _PAGES_ONLY if Path(_PAGES_ONLY).exists() else CHROMIUM
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, _APART])
        yield chromium
        await chromium.close()


PHONE_FLOOR = Floor(agents=("anna", "boris"), queues=("support", "sales"), offer_s=60, wrap_up_s=2.0)
SOUND = [
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
]
"""A microphone that beeps, and a browser that speaks with itself."""


@pytest_asyncio.fixture(scope="session")
async def talking_browser() -> AsyncIterator[Browser]:
    """A Chromium that has a microphone and a speaker, made up."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *SOUND])
        yield chromium
        await chromium.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A hub with a telephone, and the carrier that it calls by."""

    hub: RunningHub
    sip_port: int
    carrier: Softphone


@pytest_asyncio.fixture(scope="session")
async def exchange(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    sip_port = free_port()
    async with softphone("carrier", 700.0) as carrier:
        line = {"name": "carrier", "domain": f"127.0.0.1:{carrier.ways.port}", "keep_alive": "none"}
        settings = {
            "CHANNELS__SIP__PORT": str(sip_port),
            "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
            "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
            "CHANNELS__SIP__TRUNKS": json.dumps([{**line, "registers": False, "outbound": True}]),
            "CHANNELS__SIP__OUTBOUND__COUNTRIES": '["TR"]',
        }
        hub = await start_hub(
            tmp_path_factory.mktemp("phone") / "data",
            floor=PHONE_FLOOR,
            settings=settings,
        )
        async with Agent(hub.url, "admin") as admin:
            await set_voice_rules(admin, "support", record="on_demand", announce_recording=False)
            await set_voice_rules(admin, "sales", wrap_up_s=60.0)
        yield Exchange(hub=hub, sip_port=sip_port, carrier=carrier)
        await hub.stop()


@pytest_asyncio.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


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
    _asked: set[Request] = field(default_factory=set)
    _asked_last: float = 0.0

    def listen(self) -> None:
        """To what the page complains of, and to what it asks for."""
        self.page.on("console", lambda message: self.hear(message))  # noqa: PLW0108 - a slotted bound method cannot be kept
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", lambda request: self._note(request, self._asked.add))
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, lambda request: self._note(request, self._asked.discard))

    def _note(self, request: Request, how: Callable[[Request], None]) -> None:
        how(request)
        self._asked_last = time.monotonic()

    async def settled(self) -> None:
        """Wait till nothing the page asked for is under way, and nothing was for `SETTLED_MS`.

        Raises TimeoutError after `WITHIN_MS`.
        """
        self._asked_last = time.monotonic()
        async with asyncio.timeout(WITHIN_MS / 1000):
            while self._asked or time.monotonic() - self._asked_last < SETTLED_MS / 1000:
                await asyncio.sleep(0.05)

    def hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings count. A 401 of the question who is signed in is an answer, not an error."""
        if message.type in {"error", "warning"} and "401" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    async def picture(self, name: str) -> None:
        """A screenshot for people to look at; where continuous integration runs, nobody does."""
        if os.environ.get("CI") == "true":
            return
        self.pictures.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=self.pictures / f"{name}.png")

    async def violations(self) -> list[str]:
        """What axe finds on the page as it is."""
        if not await self.page.evaluate("'axe' in window"):  # half a megabyte, and a page has many screens
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(r => r.violations.map(v =>"
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
    screen.listen()
    return screen
