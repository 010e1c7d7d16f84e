"""What the tests of the agent's phone share: windows, sounds, and a colleague with a phone on the desk."""

import asyncio
import math
import re
import sys
from contextlib import AsyncExitStack
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import sign_in
from tests.clients import Agent
from tests.hubs import RunningHub
from tests.softphone import OnPhone, Softphone, softphone

PICTURES = ROOT / "tests/browser/pictures/phone"
CLIENT_HZ, BORIS_HZ, CARRIER_HZ, SECRET_HZ = 440.0, 1_500.0, 700.0, 2_100.0

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


async def as_at_first(hub: RunningHub, login: str) -> None:
    """This agent talks in the browser and has no work, whatever an earlier test left behind."""
    async with Agent(hub.url, login) as agent:
        answer = await agent.ask("PUT", "/api/v1/agents/me/phone", {"kind": "browser"})
        assert answer.status == 200, answer
        await agent.connect()
        for row in agent.desk["work"]:
            await agent.post(f"/api/v1/work/{row['work_item_id']}/complete")


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


async def microphone(page: Page, hub: RunningHub, *, may_speak: bool) -> None:
    """What somebody decided beside the address: what is not allowed is forbidden then."""
    allowed = ["microphone"] if may_speak else ["notifications"]
    await page.context.grant_permissions(allowed, origin=hub.url)
