"""The agent's phone in a real browser: SIP by WebSocket, sound by WebRTC, and a client with a telephone."""

import asyncio
import json
import math
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, Screen, screen_of
from tests.browser.people import become_available, choose, sign_in
from tests.clients import Agent
from tests.hubs import Floor, RunningHub, free_port, start_hub
from tests.softphone import OnPhone, Softphone, softphone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/phone"
CLIENT_HZ, BORIS_HZ, CARRIER_HZ = 440.0, 1_500.0, 700.0
FLOOR = Floor(agents=("anna", "boris"), queues=("support", "sales"), offer_s=60, wrap_up_s=2.0)
SOUND = [
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
]
"""A microphone that beeps, and a browser that speaks with itself."""

WATCH = """
window.seen = [];
window.peers = [];
const note = (what, from) => window.seen.push({ what, from, at: performance.timeOrigin + performance.now() });
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer { constructor(...all) { super(...all); window.peers.push(this); } };
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...all) {
    super(...all);
    const isPhone = this.url.endsWith('/ws/sip');
    this.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return;
      note(isPhone ? data.split(' ', 1)[0] : JSON.parse(data).kind, isPhone ? 'sip' : 'desk');
    });
  }
};
"""
"""Writes down when which frame and which SIP message came, and keeps the connections whose sound is measured."""

FIRST = "what => window.seen.find(one => one.what === what)?.at ?? 0"

LEVELS = """async () => {
  const peer = window.peers.at(-1);
  const found = { in: 0, out: 0, received: 0, lost: 0, codec: '' };
  if (!peer || peer.connectionState === 'closed') return found;
  const report = await peer.getStats();
  for (const stat of report.values()) {
    if (stat.type === 'inbound-rtp') {
      const { audioLevel = 0, packetsReceived: received, packetsLost: lost, codecId = '' } = stat;
      Object.assign(found, { in: audioLevel, received, lost, codec: report.get(codecId)?.mimeType ?? '' });
    }
    if (stat.type === 'media-source') found.out = stat.audioLevel ?? 0;
  }
  return found;
}"""


@pytest_asyncio.fixture(scope="module")
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


@pytest_asyncio.fixture(scope="module")
async def exchange(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    sip_port = free_port()
    async with softphone("carrier", CARRIER_HZ) as carrier:
        line = {"name": "carrier", "domain": f"127.0.0.1:{carrier.ways.port}", "keep_alive": "none"}
        settings = {
            "CHANNELS__SIP__PORT": str(sip_port),
            "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
            "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
            "CHANNELS__SIP__TRUNKS": json.dumps([{**line, "registers": False, "outbound": True}]),
            "CHANNELS__SIP__OUTBOUND__COUNTRIES": '["TR"]',
        }
        hub = await start_hub(tmp_path_factory.mktemp("phone") / "data", floor=FLOOR, settings=settings)
        yield Exchange(hub=hub, sip_port=sip_port, carrier=carrier)
        await hub.stop()


@pytest_asyncio.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def agent_window(browser: Browser, hub: RunningHub, login: str, *, may_speak: bool = True) -> Screen:
    """An agent at their console, whose phone is the browser."""
    screen = await screen_of(browser, PICTURES, language="en")
    await microphone(screen.page, hub, may_speak=may_speak)
    await screen.page.context.add_init_script(WATCH)
    await sign_in(screen.page, hub.url, login)
    return screen


async def phone_is_ready(page: Page) -> None:
    await expect(page.locator(".phone-light.ok")).to_be_visible()


async def levels(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(LEVELS)
    return found


async def until_level(page: Page, side: str, *, loud: bool) -> dict[str, Any]:
    """Wait until the sound that comes (`in`) or goes (`out`) is heard, or is not."""
    found: dict[str, Any] = {}
    async with asyncio.timeout(12):
        while True:
            found = await levels(page)
            if (found[side] > 0.02) == loud:
                return found
            await asyncio.sleep(0.1)


def told(words: str) -> None:
    """Figures for whoever runs it with `-s`."""
    sys.stdout.write(f"\n{words}\n")


def rms(call: OnPhone, last_s: float = 1.5) -> float:
    """How loud anything was that the client heard lately."""
    samples = call.heard[-int(last_s * 8_000) :]
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0


async def hears(call: OnPhone, *, something: bool, within_s: float = 12.0) -> float:
    """Wait until the client hears the agent's microphone, or nothing at all any more; how loud it was."""
    async with asyncio.timeout(within_s):
        while (rms(call) > 200) != something:
            await asyncio.sleep(0.1)
    return rms(call)


async def seen(page: Page, what: str) -> float:
    """Wait for that frame or message; when the first came, in milliseconds."""
    async with asyncio.timeout(12):
        while not (at := await page.evaluate(FIRST, what)):
            await asyncio.sleep(0.05)
    return float(at)


async def test_a_client_calls_and_an_agent_talks_in_the_browser_from_the_ring_to_the_transfer(
    talking_browser: Browser,
    exchange: Exchange,
    stack: AsyncExitStack,
    record_property: Callable[[str, object], None],
) -> None:
    hub, sip_port = exchange.hub, exchange.sip_port
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    anna = await agent_window(talking_browser, hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await become_available(page)

    call = await client.call("support", sip_port, caller="<sip:+905321234567@127.0.0.1>")
    offer = page.locator("section.offer.full")
    await expect(offer).to_be_visible()
    await expect(offer.locator(".of-call")).to_contain_text("+90")
    card_first_ms = await seen(page, "INVITE") - await seen(page, "reservation_offered")
    told(f"the card came {card_first_ms:.1f} ms before the agent's phone rang")
    record_property("card_before_phone_ms", round(card_first_ms, 1))
    assert card_first_ms > 0
    await anna.picture("1-offer")
    assert await anna.violations() == []

    await page.keyboard.press("a")
    await call.until("answered")
    bar = page.locator("section.call")
    await expect(bar).to_have_class(in_state("talking"))
    heard = await until_level(page, "in", loud=True)
    spoken = await until_level(page, "out", loud=True)
    louder = await hears(call, something=True)
    assert heard["codec"] in {"audio/PCMU", "audio/PCMA"}
    told(
        f"heard {heard['in']:.2f} of {heard['received']:.0f} packets, {heard['lost']:.0f} lost; "
        f"spoke {spoken['out']:.2f}, heard there with {louder:.0f}"
    )
    await expect(bar.locator(".quality")).to_be_visible()
    await anna.picture("2-talking")
    assert await anna.violations() == []

    await page.keyboard.press("h")
    await expect(bar).to_have_class(in_state("held"))
    await until_level(page, "in", loud=False)
    await anna.picture("3-held")
    await page.keyboard.press("h")
    await expect(bar).to_have_class(in_state("talking"))
    await until_level(page, "in", loud=True)

    await page.keyboard.press("m")
    await expect(bar.locator("[aria-pressed=true]")).to_have_count(1)
    await hears(call, something=False)
    await page.keyboard.press("m")
    await hears(call, something=True)

    await page.keyboard.press("p")
    await page.locator(".keypad").wait_for()
    await page.keyboard.type("12#", delay=250)
    await expect(page.locator(".keypad output")).to_have_text("12#")
    await anna.picture("4-keypad")
    for _ in range(100):
        if call.keys == "12#":
            break
        await asyncio.sleep(0.05)
    assert call.keys == "12#"
    await page.keyboard.press("Escape")

    other = await desk_phone(stack, hub, sip_port)
    await page.keyboard.press("g")
    await page.locator(".hand-over .choice").first.wait_for()
    await page.keyboard.type("bor")
    await anna.picture("5-hand-over")
    assert await anna.violations() == []
    await page.keyboard.press("Control+Enter")
    asked = await other.rings()
    await expect(bar).to_have_class(in_state("asking"))
    await other.pick_up(asked)
    await expect(bar).to_have_class(in_state("asked"))
    await anna.picture("6-asked")
    assert await anna.violations() == []
    await bar.get_by_role("button", name="Connect them").click()
    await call.hears(BORIS_HZ)
    await asked.hears(CLIENT_HZ)
    await expect(bar).to_have_count(0)
    await expect(page.locator(".phone-light.ok")).to_be_visible()
    await call.hang_up()
    assert anna.complaints == []
    await page.context.close()


async def desk_phone(stack: AsyncExitStack, hub: RunningHub, sip_port: int) -> Softphone:
    """Boris, with a phone on his desk."""
    boris = await stack.enter_async_context(Agent(hub.url, "boris"))
    phone = await stack.enter_async_context(softphone("boris", BORIS_HZ))
    await boris.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
    account = await boris.post("/api/v1/agents/me/phone-account")
    assert (await phone.register(sip_port, account["username"], account["password"])).status == 200
    await boris.connect()
    await boris.be("available")
    return phone


def in_state(name: str) -> re.Pattern[str]:
    """The class of the bar of a call in this state."""
    return re.compile(rf"\b{name}\b")


async def test_a_number_is_called_by_typing_it_and_the_history_tells_of_the_call(
    talking_browser: Browser, exchange: Exchange
) -> None:
    anna = await agent_window(talking_browser, exchange.hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await become_available(page)
    await choose(page, "+90 532 123 45 68")

    bar = page.locator("section.call")
    await expect(bar).to_have_class(in_state("calling"))
    ringing = await exchange.carrier.rings()
    await anna.picture("7-calling")
    await exchange.carrier.pick_up(ringing)
    await expect(bar).to_have_class(in_state("talking"))
    await until_level(page, "in", loud=True)
    await hears(ringing, something=True)
    row = page.locator("article.row.outbound")
    await expect(row).to_contain_text("+905321234568")
    await anna.picture("8-called")
    assert await anna.violations() == []

    await page.keyboard.press("x")
    await expect(bar.get_by_role("button", name="Hang up")).to_be_focused()
    await page.keyboard.press("Enter")
    await ringing.until("ended")
    await expect(bar).to_have_count(0)
    await expect(row).to_contain_text("the agent hung up")
    await expect(row).to_contain_text("talked with Anna")
    await anna.picture("9-over")
    assert await anna.violations() == []
    assert anna.complaints == []
    await page.context.close()


async def test_one_window_is_the_phone_every_window_steers_it_and_the_next_takes_over(
    talking_browser: Browser, exchange: Exchange, stack: AsyncExitStack
) -> None:
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    first = await agent_window(talking_browser, exchange.hub, "anna")
    await phone_is_ready(first.page)
    await become_available(first.page)
    second = await first.page.context.new_page()
    await second.goto(exchange.hub.url)
    await phone_is_ready(second)

    call = await client.call("support", exchange.sip_port, caller="<sip:+905321234569@127.0.0.1>")
    await expect(second.locator("section.offer.full")).to_be_visible()
    await second.bring_to_front()
    await second.keyboard.press("a")
    await call.until("answered")
    assert await second.evaluate("window.peers.length") == 0
    await until_level(first.page, "in", loud=True)
    await expect(second.locator("section.call")).to_have_class(in_state("talking"))
    await second.keyboard.press("m")
    await expect(first.page.locator("section.call [aria-pressed=true]")).to_have_count(1)
    await hears(call, something=False)
    await second.keyboard.press("x")
    await second.keyboard.press("Enter")
    await call.until("ended")

    await first.page.close()
    await seen(second, "SIP/2.0")
    await phone_is_ready(second)
    await second.context.close()


async def test_who_may_not_use_a_microphone_is_told_why_no_calls_come_and_what_to_do(
    talking_browser: Browser, exchange: Exchange
) -> None:
    anna = await agent_window(talking_browser, exchange.hub, "anna", may_speak=False)
    page = anna.page
    light = page.locator(".phone-light.bad")
    await expect(light).to_be_visible()
    await become_available(page)
    await expect(light).to_contain_text("no calls")
    await expect(page.locator("header [role=status]", has_text="no call reaches you")).to_have_count(1)
    await light.click()
    panel = page.locator(".phone-panel")
    await expect(panel).to_contain_text("does not let this page use the microphone")
    await anna.picture("10-denied")
    assert await anna.violations() == []
    await page.keyboard.press("Escape")

    await microphone(page, exchange.hub, may_speak=True)
    await phone_is_ready(page)
    await page.goto(f"{exchange.hub.url}/my-phone")
    await expect(page.locator(".devices [role=status]").first).to_contain_text("is heard")
    await anna.picture("11-my-phone")
    assert await anna.violations() == []
    await page.get_by_label("a desk phone or an app").check()
    await page.get_by_role("button", name="account").click()
    await expect(page.locator("section.told")).to_contain_text("this once")
    await expect(page.locator(".phone-light.bad")).to_be_visible()
    await anna.picture("12-desk-phone")
    assert await anna.violations() == []
    await page.get_by_label("this browser").check()
    await phone_is_ready(page)
    assert anna.complaints == []
    await page.context.close()


async def microphone(page: Page, hub: RunningHub, *, may_speak: bool) -> None:
    """What somebody decided beside the address: what is not allowed is forbidden then."""
    allowed = ["microphone"] if may_speak else ["notifications"]
    await page.context.grant_permissions(allowed, origin=hub.url)
