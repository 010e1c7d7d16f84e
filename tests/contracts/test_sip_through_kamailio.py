"""Calls through a proxy that stays in the path, and by a carrier that asks who we are: Kamailio is both."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.channels.sip.asks import AsksOver
from hub.channels.sip.digest_client import Account
from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import Target
from hub.channels.sip.legs.dialog_leg import DialogLeg
from hub.channels.sip.registration import Registrar, Registration, State
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import SipUri, sip_uri, uri_of
from hub.channels.sip.user_agent import SipUserAgent
from hub.channels.sip.way import Hop
from tests.fakes.sip_network import SDP, Desk, Listener
from tests.servers.kamailio import CARRIER, PATH, kamailio

ALICE = name_addr_of("<sip:alice@127.0.0.1>")
DOMAIN, USER, PASSWORD = "carrier.test", "hub", "secret"


@dataclass
class Side:
    ways: Transports
    agent: SipUserAgent
    desk: Desk

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.ways.port}"


async def side(stack: AsyncExitStack) -> Side:
    door, desk = Door(), Desk()
    ways = Transports(Listening(port=0), door)
    agent = SipUserAgent(ways, incoming=desk)
    door.receiver = agent
    await stack.enter_async_context(agent)
    await stack.enter_async_context(ways)
    return Side(ways, agent, desk)


async def none_left(*sides: Side) -> None:
    async with asyncio.timeout(10):
        for one in sides:
            await one.agent.legs.all_gone()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_everything_of_a_call_goes_through_a_proxy_that_stays_in_the_path(
    transport: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        alice, bob = await side(stack), await side(stack)
        proxy = await stack.enter_async_context(
            kamailio(tmp_path / "path", config=PATH, next_hop=bob.address)
        )
        uri = uri_of(f"sip:bob@{proxy.address};transport={transport}")
        heard = Listener()
        leg = await alice.agent.call(Target(uri=uri), SDP, heard, caller=ALICE)
        came, told = await bob.desk.call(within_s=5)
        assert len(came.invite.vias) == 2
        assert came.invite.max_forwards == 69
        await came.progress(180)
        await came.answer(SDP)
        await heard.until("answered", 5)
        await told.until("confirmed", 5)
        assert isinstance(leg, DialogLeg)
        assert leg.dialog is not None
        assert len(leg.dialog.routes) == (1 if transport == "udp" else 2)
        assert await leg.reoffer(b"hold") == SDP
        assert await came.reoffer(b"back") == SDP
        await leg.refer(uri_of("sip:carol@127.0.0.1"))
        await told.until("referred", 5)
        await came.notify(200, over=True)
        await came.end()
        await heard.until("ended", 5)
        assert ("notified", 200, True) in heard.told

        heard = Listener()
        leg = await alice.agent.call(Target(uri=uri), SDP, heard, caller=ALICE)
        came, told = await bob.desk.call(1, 5)
        await came.progress(180)
        await heard.until("progressed", 5)
        await leg.end()
        await told.until("ended", 5)
        assert told.end is not None
        assert told.end.status == 487
        await none_left(alice, bob)


async def test_we_register_at_a_carrier_are_called_by_it_and_sign_in_for_a_call(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        hub, outside = await side(stack), await side(stack)
        carrier = await stack.enter_async_context(
            kamailio(tmp_path / "carrier", config=CARRIER, domain=DOMAIN, outside=outside.address)
        )
        hop = Hop(transport="UDP", host=carrier.ip, port=carrier.port)
        asks = AsksOver(hub.agent.stack, hub.ways)
        host, port = await asks.reached_at(hop)
        registrar = uri_of(f"sip:{DOMAIN}")
        assert isinstance(registrar, SipUri)
        registration = Registration(
            Registrar(
                uri=registrar,
                address=name_addr_of(f"<sip:{USER}@{DOMAIN}>"),
                contact=name_addr_of(f"<sip:{USER}@{host}:{port}>"),
                account=Account(username=USER, password=PASSWORD),
            ),
            call_id="registration",
            tag="r1",
        )
        for _ in range(2):
            registration.received(await asks.ask(registration.request("cnonce"), hop), 0.0, 0.5)
        assert registration.state is State.REGISTERED

        proxy = sip_uri(None, carrier.ip, carrier.port)
        heard = Listener()
        await outside.agent.call(
            Target(uri=uri_of(f"sip:{USER}@{DOMAIN}"), proxy=proxy), SDP, heard, caller=ALICE
        )
        came, told = await hub.desk.call(within_s=5)
        await came.answer(SDP)
        await told.until("confirmed", 5)
        await came.end()
        await heard.until("ended", 5)

        for password, status in ((PASSWORD, 0), ("wrong", 407)):
            heard = Listener()
            target = Target(
                uri=uri_of(f"sip:+4930123@{DOMAIN}"), proxy=proxy, username=USER, password=password
            )
            leg = await hub.agent.call(target, SDP, heard, caller=name_addr_of(f"<sip:{USER}@{DOMAIN}>"))
            if not status:
                came, told = await outside.desk.call(within_s=5)
                await came.answer(SDP)
                await told.until("confirmed", 5)
                await leg.end()
            await heard.until("ended", 5)
            assert heard.end is not None
            assert heard.end.status == status
        assert len(outside.desk.calls) == 1
        await none_left(hub, outside)
