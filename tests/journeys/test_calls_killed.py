"""A hub that is killed while calls wait, ring and are talked: the history says what happened, and nothing is stuck."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.clients import Agent
from tests.hubs import Floor, RunningHub, free_port, start_hub
from tests.softphone import free_sip_port, softphone

pytestmark = pytest.mark.timeout(120)

FLOOR = Floor(agents=("anna",), queues=("support",), offer_s=15, wrap_up_s=0.2)


async def started(folder: Path, sip_port: int, port: int) -> RunningHub:
    settings = {
        "CHANNELS__SIP__PORT": str(sip_port),
        "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
        "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
        "ROUTING__PRESENCE_LEASE_S": "6",
        "ROUTING__GRACE_S": "1",
        "ROUTING__AVOID_S": "0",
    }
    return await start_hub(folder / "data", floor=FLOOR, settings=settings, port=port)


async def test_what_was_under_way_is_told_and_the_next_caller_is_served(tmp_path: Path) -> None:
    sip_port, port = free_sip_port(), free_port()
    hub = await started(tmp_path, sip_port, port)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(softphone("client", 440.0))
        other = await stack.enter_async_context(softphone("other", 660.0))
        third = await stack.enter_async_context(softphone("third", 880.0))
        phone = await stack.enter_async_context(softphone("anna", 1_000.0))
        async with Agent(hub.url, "anna") as anna:
            await anna.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
            account = await anna.post("/api/v1/agents/me/phone-account")
            assert (await phone.register(sip_port, account["username"], account["password"])).status == 200
            await anna.connect()
            await anna.be("available")
            talked = await client.call("support", sip_port, caller="<sip:+905321234561@127.0.0.1>")
            await phone.pick_up(await phone.rings())
            await talked.hears(1_000.0)
            waits = await other.call("support", sip_port, caller="<sip:+905321234562@127.0.0.1>")
            await waits.until("182")
            await hub.kill()

        hub = await started(tmp_path, sip_port, port)
        sofia = await stack.enter_async_context(Agent(hub.url, "sofia"))
        ends = await ends_of(sofia)
        assert ends["+905321234561"] == ends["+905321234562"] == "hub_lost"

        # the phone is found again without registering, and the next caller reaches the same agent
        again = await stack.enter_async_context(Agent(hub.url, "anna"))
        await again.connect()
        await again.be("available")
        ringing = asyncio.create_task(phone.rings(within_s=20))
        next_one = await third.call("support", sip_port, caller="<sip:+905321234563@127.0.0.1>")
        await phone.pick_up(await ringing)
        await next_one.hears(1_000.0)
        await next_one.hang_up()
    assert await hub.stop() == 0, hub.log.read_text(errors="replace")[-4000:]


async def ends_of(supervisor: Agent) -> dict[str, str]:
    """How the calls of the newest interactions ended, by number."""
    found: dict[str, str] = {}
    for row in (await supervisor.get("/api/v1/interactions"))["items"]:
        calls = await supervisor.get(f"/api/v1/interactions/{row['id']}/calls")
        found |= {call["number"]: call["end"] for call in calls["items"]}
    return found
