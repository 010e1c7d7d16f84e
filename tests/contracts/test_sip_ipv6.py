"""Calls over IPv6 on loopback: addresses in Via and Contact, descriptions and sound."""

import asyncio
import socket
from contextlib import AsyncExitStack
from random import Random

import pytest

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import Target
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import uri_of
from hub.channels.sip.user_agent import SipUserAgent
from hub.clock import SystemClock
from hub.media.embedded.engine import EmbeddedEngine
from tests.fakes.sip_network import Desk, Listener
from tests.servers.processes import not_run


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


async def side(stack: AsyncExitStack, desk: Desk | None = None) -> tuple[Transports, SipUserAgent]:
    door = Door()
    ways = Transports(Listening(host="::1", port=0), door)
    agent = SipUserAgent(ways, incoming=desk)
    door.receiver = agent
    await stack.enter_async_context(agent)
    await stack.enter_async_context(ways)
    return ways, agent


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_over_ipv6_has_its_addresses_and_its_sound(transport: str) -> None:
    if not has_ipv6():
        not_run("this machine has no IPv6, not even on loopback")
    async with AsyncExitStack() as stack:
        engine = EmbeddedEngine(
            clock=SystemClock(), chance=Random(), host="::1", port_min=20_000, port_max=20_098
        )
        await stack.enter_async_context(engine.running())
        here, there = await engine.open("here", lambda _: None), await engine.open("there", lambda _: None)
        desk = Desk()
        ways, _ = await side(stack, desk)
        _, alice = await side(stack)
        heard = Listener()
        leg = await alice.call(
            Target(uri=uri_of(f"sip:bob@[::1]:{ways.port};transport={transport}")),
            await here.offered("line"),
            heard,
            caller=name_addr_of("<sip:alice@[::1]>"),
        )
        came, listener = await desk.call(0, 5)
        assert came.invite.via.host == "[::1]"
        assert "<sip:hub@[::1]:" in came.invite.every("contact")[0]
        answer = await there.answered("line", came.invite.body)
        assert b"c=IN IP6 ::1\r\n" in answer
        await came.answer(answer)
        await here.agreed("line", (await heard.until("answered", 5))[1])
        async with asyncio.timeout(10):
            while min((await here.quality("line")).received, (await there.quality("line")).received) < 20:
                await asyncio.sleep(0.05)
        await leg.end()
        await listener.until("ended", 5)
