"""Two user agents on real sockets of this machine: UDP and TCP, through the transports themselves."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import Target
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import sip_uri
from hub.channels.sip.user_agent import SipUserAgent
from hub.http import PortTaken
from tests.fakes.sip_network import SDP, Desk, Listener


@dataclass
class Phone:
    ways: Transports
    agent: SipUserAgent
    desk: Desk


async def phone(stack: AsyncExitStack) -> Phone:
    door, desk = Door(), Desk()
    ways = Transports(Listening(port=0), door)
    agent = SipUserAgent(ways, incoming=desk)
    door.receiver = agent
    await stack.enter_async_context(agent)
    await stack.enter_async_context(ways)
    return Phone(ways, agent, desk)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_over_real_sockets(transport: str) -> None:
    async with AsyncExitStack() as stack:
        alice, bob = await phone(stack), await phone(stack)
        heard = Listener()
        uri = sip_uri("bob", "127.0.0.1", bob.ways.port, params=(("transport", transport),))
        leg = await alice.agent.call(
            Target(uri=uri), SDP, heard, caller=name_addr_of("<sip:alice@127.0.0.1>")
        )
        came, told = await bob.desk.call(within_s=5)
        assert came.invite.via.transport == transport.upper()
        await came.progress(180)
        await came.answer(SDP)
        await told.until("confirmed", 5)
        assert await came.reoffer(SDP) == SDP
        assert await leg.reoffer(SDP) == SDP
        await came.end()
        await heard.until("ended", 5)
        assert heard.kinds == ["progressed", "answered", "reoffered", "ended"]


async def test_a_large_invite_goes_by_tcp_where_it_is_taken() -> None:
    async with AsyncExitStack() as stack:
        alice, bob = await phone(stack), await phone(stack)
        uri = sip_uri("bob", "127.0.0.1", bob.ways.port)
        large = SDP + b"a=x:" + b"y" * 1_300 + b"\r\n"
        await alice.agent.call(
            Target(uri=uri), large, Listener(), caller=name_addr_of("<sip:alice@127.0.0.1>")
        )
        came, _ = await bob.desk.call(within_s=5)
        assert came.invite.via.transport == "TCP"
        assert came.invite.body == large


async def test_a_port_that_is_taken_is_named_with_its_setting() -> None:
    async with AsyncExitStack() as stack:
        first = await phone(stack)
        with pytest.raises(PortTaken, match=rf"port {first.ways.port} .*channels\.sip\.port"):
            await stack.enter_async_context(Transports(Listening(port=first.ways.port), Door()))
