"""A browser phone that loses its socket in a call, through a whole hub: WebSocket, WebRTC, SIP and RTP are real."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession

from tests.clients import Agent
from tests.contracts.browser_phone import BrowserPhone, browser
from tests.fakes.sip_page import Page
from tests.hubs import Floor, RunningHub, start_hub
from tests.softphone import OnPhone, free_sip_port, softphone

pytestmark = pytest.mark.timeout(120)

CLIENT_HZ, ANNA_HZ, BORIS_HZ = 440.0, 1_000.0, 1_500.0
FLOOR = Floor(agents=("anna", "boris"), queues=("support",), offer_s=15, wrap_up_s=0.2)


@dataclass(kw_only=True)
class InTalk:
    """Anna talks in her browser to a client."""

    hub: RunningHub
    sip_port: int
    stack: AsyncExitStack
    anna: Agent
    page: Page
    sound: BrowserPhone
    call: OnPhone

    async def quiet(self, hz: float, within_s: float) -> None:
        """Wait until the client hears that tone no more."""
        async with asyncio.timeout(within_s):
            while self.call.loud(hz, 0.3) > 300:
                await asyncio.sleep(0.05)


async def stays(agent: Agent) -> None:
    """The console is open: it says so, as the page does."""
    while True:
        await agent.socket.send({"kind": "ping"})
        await asyncio.sleep(4)


@pytest.fixture(scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[RunningHub, int]]:
    sip_port = free_sip_port()
    settings = {
        "CHANNELS__SIP__PORT": str(sip_port),
        "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
        "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
    }
    running = await start_hub(tmp_path_factory.mktemp("socket") / "data", floor=FLOOR, settings=settings)
    yield running, sip_port
    assert await running.stop() == 0, running.log.read_text(errors="replace")[-4000:]


@pytest.fixture
async def talk(hub: tuple[RunningHub, int], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[InTalk]:
    running, sip_port = hub
    async with AsyncExitStack() as stack:
        sound = await stack.enter_async_context(browser(ANNA_HZ, monkeypatch))
        anna = await stack.enter_async_context(Agent(running.url, "anna"))
        http = await stack.enter_async_context(ClientSession())
        await anna.ask("PUT", "/api/v1/agents/me/phone", {"kind": "browser"})
        known = await anna.post("/api/v1/agents/me/phone/credentials")
        page = Page(
            f"{running.url.replace('http', 'ws', 1)}{known['ws_path']}",
            http,
            known["username"],
            known["password"],
            "q1",
            origin=running.url,
        )
        await anna.connect()
        await page.connect()
        await anna.be("available")
        client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
        call = await client.call("support", sip_port, caller="<sip:+905321234567@127.0.0.1>")
        await page.pick_up(sound.answer)
        await call.hears(ANNA_HZ)
        yield InTalk(
            hub=running,
            sip_port=sip_port,
            stack=stack,
            anna=anna,
            page=page,
            sound=sound,
            call=call,
        )
        await anna.be("offline")


async def test_sound_goes_on_without_the_socket_and_the_phone_that_comes_back_can_hang_up(
    talk: InTalk,
) -> None:
    figures = (await talk.anna.ask("GET", "/metrics")).body.decode().splitlines()
    assert "touchline_calls 1.0" in figures
    assert "touchline_media_legs 2.0" in figures
    await talk.page.socket.ws.close()
    await asyncio.sleep(18)  # beyond the grace
    assert talk.call.loud(ANNA_HZ, 1.0) > 1_000
    assert "ended" not in talk.call.happened

    await talk.page.connect()
    await talk.call.hang_up()
    bye = await talk.page.request("BYE")  # by the new socket
    assert bye.call_id == talk.page.dialog.id.call_id


async def test_a_page_that_is_gone_gives_its_client_back_and_a_colleague_takes_them(talk: InTalk) -> None:
    boris = await talk.stack.enter_async_context(Agent(talk.hub.url, "boris"))
    phone = await talk.stack.enter_async_context(softphone("boris", BORIS_HZ))
    await boris.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
    account = await boris.post("/api/v1/agents/me/phone-account")
    assert (await phone.register(talk.sip_port, account["username"], account["password"])).status == 200
    await boris.connect()
    await boris.be("available")
    staying = asyncio.create_task(stays(boris))

    gone_at = time.monotonic()
    await talk.sound.close()
    await talk.page.socket.ws.close()
    await talk.quiet(ANNA_HZ, 5)
    ringing = await phone.rings(within_s=30)
    waited_s = time.monotonic() - gone_at
    await phone.pick_up(ringing)
    await talk.call.hears(BORIS_HZ)
    assert 14 < waited_s < 25
    assert "ended" not in talk.call.happened
    await talk.call.hang_up()
    await ringing.until("ended")
    staying.cancel()
    await boris.be("offline")
