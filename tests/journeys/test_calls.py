"""Calls through a whole hub: real SIP and RTP from the caller to the agent's phone, and what the house keeps."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from tests.calls import set_voice_rules
from tests.clients import Agent, Frame
from tests.hubs import Floor, RunningHub, start_hub
from tests.recordings import heard_again
from tests.softphone import OnPhone, Softphone, free_sip_port, softphone
from tests.tones import loudness

pytestmark = pytest.mark.timeout(90)

CALLER_HZ, ANNA_HZ, BORIS_HZ = 440.0, 1_000.0, 1_500.0
FLOOR = Floor(agents=("anna", "boris"), queues=("support", "sales"), offer_s=15, wrap_up_s=0.2)


@dataclass(kw_only=True)
class Exchange:
    """A hub with a telephone, agents with phones of their own, and a client."""

    hub: RunningHub
    sip_port: int
    stack: AsyncExitStack
    client: Softphone
    agents: list[Agent] = field(default_factory=list)

    async def agent(self, login: str, hz: float, *, state: str = "available") -> tuple[Agent, Softphone]:
        """Sign in, register a desk phone, and be there."""
        agent = await self.stack.enter_async_context(Agent(self.hub.url, login))
        phone = await self.stack.enter_async_context(softphone(login, hz))
        await agent.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
        account = await agent.post("/api/v1/agents/me/phone-account")
        registered = await phone.register(self.sip_port, account["username"], account["password"])
        assert registered.status == 200
        await agent.connect()
        await agent.be(state)
        self.agents.append(agent)
        return agent, phone

    async def calls(self, queue: str = "support") -> OnPhone:
        """The client calls a queue."""
        return await self.client.call(queue, self.sip_port, caller="<sip:+905321234567@127.0.0.1>")


@pytest.fixture(scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[RunningHub, int]]:
    sip_port = free_sip_port()
    settings = {
        "CHANNELS__SIP__PORT": str(sip_port),
        "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
        "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
        "ROUTING__AVOID_S": "30",
    }
    running = await start_hub(tmp_path_factory.mktemp("calls") / "data", floor=FLOOR, settings=settings)
    yield running, sip_port
    assert await running.stop() == 0, running.log.read_text(errors="replace")[-4000:]


@pytest.fixture
async def at(hub: tuple[RunningHub, int]) -> AsyncIterator[Exchange]:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(softphone("client", CALLER_HZ))
        exchange = Exchange(hub=hub[0], sip_port=hub[1], stack=stack, client=client)
        yield exchange
        for agent in exchange.agents:
            await agent.be("offline")


async def test_a_call_waits_is_offered_rings_and_is_talked(
    at: Exchange, record_property: Callable[[str, object], None]
) -> None:
    anna, phone = await at.agent("anna", ANNA_HZ)
    call = await at.calls()
    offer = await anna.offered()
    card_at = time.monotonic()
    ringing = await phone.rings()
    record_property("card_before_phone_ms", round(1000 * (time.monotonic() - card_at)))
    assert offer["work_item"]["channel"] == "sip"

    await phone.pick_up(ringing)
    await call.until("answered")
    await call.hears(ANNA_HZ)
    await ringing.hears(CALLER_HZ)
    assert call.happened[:2] == ["182", "180"]

    await call.hang_up()
    await ringing.until("ended")
    interaction = offer["work_item"]["interaction_id"]
    touches = await anna.get(f"/api/v1/interactions/{interaction}/touches")
    assert [touch["channel"] for touch in touches["items"]] == ["sip"]


async def test_a_caller_who_hangs_up_takes_the_offer_along(
    at: Exchange, record_property: Callable[[str, object], None]
) -> None:
    anna, phone = await at.agent("anna", ANNA_HZ)
    call = await at.calls()
    offer = await anna.offered()
    ringing = await phone.rings()
    left_at = time.monotonic()
    await call.hang_up()
    await ringing.until("ended 487")
    await anna.heard("reservation_ended", reservation_id=offer["reservation_id"])
    withdrawn_s = time.monotonic() - left_at
    record_property("withdrawn_ms", round(1000 * withdrawn_s))


async def test_who_declines_passes_the_caller_on(at: Exchange) -> None:
    _, phone = await at.agent("anna", ANNA_HZ)
    call = await at.calls()
    ringing = await phone.rings()
    _, other = await at.agent("boris", BORIS_HZ)
    assert ringing.coming is not None
    await ringing.coming.refuse(486)

    second = await other.rings()
    await other.pick_up(second)
    await call.hears(BORIS_HZ)


async def test_hold_resume_and_hang_up_at_the_console(at: Exchange) -> None:
    anna, phone = await at.agent("anna", ANNA_HZ)
    call = await at.calls()
    ringing = await phone.rings()
    await phone.pick_up(ringing)
    await call.hears(ANNA_HZ)
    shown = await talking(anna)

    await anna.post(f"/api/v1/calls/{shown['id']}/hold")
    await silent(call, ANNA_HZ)
    await anna.post(f"/api/v1/calls/{shown['id']}/resume")
    await call.hears(ANNA_HZ)
    await anna.post(f"/api/v1/calls/{shown['id']}/keys", {"keys": "12"})
    async with asyncio.timeout(5):
        while call.keys != "12":
            await asyncio.sleep(0.05)
    await anna.post(f"/api/v1/calls/{shown['id']}/hangup")
    await call.until("ended")


async def test_an_attended_transfer_to_a_colleague(at: Exchange) -> None:
    anna, phone = await at.agent("anna", ANNA_HZ)
    call = await at.calls()
    ringing = await phone.rings()
    await phone.pick_up(ringing)
    await call.hears(ANNA_HZ)
    shown = await talking(anna)
    boris, other = await at.agent("boris", BORIS_HZ)
    me = await boris.get("/api/v1/session")

    await anna.post(f"/api/v1/calls/{shown['id']}/consult", {"to": {"agent_id": me["user"]["id"]}})
    asked = await other.rings()
    await other.pick_up(asked)
    await asked.hears(ANNA_HZ)
    await anna.post(f"/api/v1/calls/{shown['id']}/join")
    await call.hears(BORIS_HZ)
    await asked.hears(CALLER_HZ)
    await ringing.until("ended")


async def talking(agent: Agent) -> Frame:
    """The agent's call, once both are on the line."""
    while True:
        frame = await agent.heard("call_changed")
        if frame["call"]["stage"] == "talking":
            call: Frame = frame["call"]
            return call


async def silent(call: OnPhone, hz: float) -> None:
    """Wait until that tone is not heard any more."""
    async with asyncio.timeout(5):
        while call.loud(hz) > 100:
            await asyncio.sleep(0.05)


async def test_what_is_said_is_recorded_where_the_line_says_so(at: Exchange) -> None:
    await with_rules(at, "sales", record="always")
    anna, phone = await at.agent("anna", ANNA_HZ)
    call = await at.calls("sales")
    ringing = await phone.rings()
    await phone.pick_up(ringing)
    await call.hears(ANNA_HZ)
    await ringing.hears(CALLER_HZ)
    shown = await talking(anna)
    await asyncio.sleep(1.0)
    await call.hang_up()
    await ringing.until("ended")

    maria = await at.stack.enter_async_context(Agent(at.hub.url, "maria"))
    path = f"/api/v1/interactions/{shown['interaction_id']}/recordings"
    async with asyncio.timeout(10):
        while not (found := (await maria.get(path))["items"]) or found[0]["ended_at"] is None:
            await asyncio.sleep(0.1)
    client, house = await heard_again(maria, found[0]["id"])
    assert loudness(client, CALLER_HZ) > 1_000 > loudness(client, ANNA_HZ)
    assert loudness(house, ANNA_HZ) > 1_000 > loudness(house, CALLER_HZ)


async def test_a_queue_that_answers_plays_until_somebody_is_there(at: Exchange) -> None:
    await with_rules(at, "sales", answer_with_music=True)
    call = await at.calls("sales")
    await call.until("answered")
    async with asyncio.timeout(5):
        while not any(abs(sample) > 500 for sample in call.heard):
            await asyncio.sleep(0.05)
    assert "180" not in call.happened

    _, phone = await at.agent("anna", ANNA_HZ)
    await phone.pick_up(await phone.rings())
    await call.hears(ANNA_HZ)


async def with_rules(at: Exchange, name: str, **voice: object) -> None:
    """The rules of a queue for calls, changed by the administrator."""
    admin = await at.stack.enter_async_context(Agent(at.hub.url, "admin"))
    await set_voice_rules(admin, name, **voice)
