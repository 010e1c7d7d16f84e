"""Two user agents on real sockets: datagrams that get lost, cancels that race, and a browser that is called."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from hub.channels.sip.channel import Telephony
from hub.channels.sip.dialog import dialog_answer
from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import InboundLeg, Leg, LegEvents, LegOver, Source, Target
from hub.channels.sip.message import Request, response_to
from hub.channels.sip.refusal import Field
from hub.channels.sip.transaction import Times
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.transport.udp import UdpEndpoint
from hub.channels.sip.uri import sip_uri
from hub.channels.sip.user_agent import SipUserAgent
from hub.domain.access import Principal, Role
from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import DEFAULT_TENANT, UserId
from tests.fakes.phones import telephony
from tests.fakes.sip_network import SDP, Listener
from tests.fakes.sip_phone import RegisteringPhone, WsSocket, ws_socket

TIMES = Times(t1_s=0.05, t2_s=0.4, t4_s=0.5)
ALICE = name_addr_of("<sip:alice@127.0.0.1>")
CALLS = 100


class Answering:
    """Answers every call after a while; what it was told is kept by Call-ID."""

    def __init__(self, after_s: float) -> None:
        self.after_s = after_s
        self.told: dict[str, list[Listener]] = {}
        self.group: asyncio.TaskGroup

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        listener = Listener()
        self.told.setdefault(leg.invite.call_id, []).append(listener)
        self.group.create_task(self._answer(leg))
        return listener

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        return await self.called(leg, source)

    async def _answer(self, leg: InboundLeg) -> None:
        try:
            await leg.progress(180)
            await asyncio.sleep(self.after_s)
            await leg.answer(SDP)
        except LegOver:
            return


async def side(stack: AsyncExitStack, user: Answering | None = None) -> tuple[Transports, SipUserAgent]:
    door = Door()
    ways = Transports(Listening(port=0), door)
    agent = SipUserAgent(ways, incoming=user, times=TIMES)
    door.receiver = agent
    await stack.enter_async_context(agent)
    await stack.enter_async_context(ways)
    return ways, agent


async def none_left(*agents: SipUserAgent) -> None:
    async with asyncio.timeout(15):
        for one in agents:
            await one.legs.all_gone()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_hundred_calls_end_at_any_moment_and_none_is_left(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over UDP a third of all datagrams gets lost."""
    sends, drawn = UdpEndpoint.send, random.Random(11)

    def lossy(self: UdpEndpoint, data: bytes, host: str, port: int) -> None:
        if drawn.random() >= 0.3:
            sends(self, data, host, port)

    monkeypatch.setattr(UdpEndpoint, "send", lossy)
    user = Answering(0.025)

    async def one(n: int) -> Listener:
        heard = Listener()
        uri = sip_uri("bob", "127.0.0.1", theirs.port, params=(("transport", transport),))
        leg = await alice.call(Target(uri=uri), SDP, heard, caller=ALICE)
        await asyncio.sleep(n / 2_000)
        await leg.end()
        await heard.until("ended", 15)
        return heard

    async with AsyncExitStack() as stack:
        user.group = await stack.enter_async_context(asyncio.TaskGroup())
        theirs, bob = await side(stack, user)
        _, alice = await side(stack)
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(one(n)) for n in range(CALLS)]
        await none_left(alice, bob)
        assert all(job.result().kinds.count("ended") == 1 for job in jobs)
        assert all(len(told) == 1 for told in user.told.values())
        assert all(told[0].kinds.count("ended") == 1 for told in user.told.values())


@asynccontextmanager
async def house() -> AsyncIterator[tuple[Telephony, str]]:
    """The running channel, and where browsers connect."""
    channel = telephony()
    app = web.Application()
    app.add_routes(channel.routes())
    async with channel.opened(), TestServer(app) as server:
        yield channel, f"ws://127.0.0.1:{server.port}/ws/sip"


async def test_a_browser_is_called_by_its_own_socket_answers_and_hangs_up() -> None:
    anna = UserId("anna")
    principal = Principal(tenant_id=DEFAULT_TENANT, user_id=anna, roles=frozenset({Role.AGENT}))
    async with house() as (channel, url), ClientSession() as client:
        known = await channel.counter.browser_credentials(principal)
        browser = await ws_socket(client, url, "http://127.0.0.1")
        phone = RegisteringPhone(
            browser.exchange,
            known.username,
            known.password,
            via="WS x.invalid",
            contact="<sip:q1@x.invalid;transport=ws>",
        )
        assert (await phone.register()).status == 200
        reached = channel.phones.reach(AgentPhone(agent_id=anna, kind=PhoneKind.BROWSER))
        assert reached is not None
        heard = Listener()
        leg = await channel.user_agent.call(reached[0], SDP, heard, caller=ALICE)
        invite = await request(browser, "INVITE")
        assert str(invite.uri) == "sip:q1@x.invalid;transport=ws"
        assert invite.via.transport == "WS"
        here = name_addr_of("<sip:q1@x.invalid;transport=ws>")
        sdp = (Field("Content-Type", "application/sdp"),)
        await browser.send(dialog_answer(invite, 180, local_tag="b", contact=here))
        await browser.send(dialog_answer(invite, 200, local_tag="b", contact=here, adding=sdp, body=SDP))
        assert (await request(browser, "ACK")).cseq.number == invite.cseq.number
        await heard.until("answered", 5)
        async with asyncio.TaskGroup() as group:
            offered = group.create_task(leg.reoffer(SDP))
            again = await request(browser, "INVITE")
            await browser.send(
                dialog_answer(again, 200, local_tag="b", contact=here, adding=sdp, body=b"back")
            )
            await request(browser, "ACK")
        assert offered.result() == b"back"
        await leg.end()
        bye = await request(browser, "BYE")
        await browser.send(response_to(bye.fields, 200))
        await none_left(channel.user_agent)
        assert heard.kinds == ["progressed", "answered", "ended"]

        lost = Listener()
        await channel.user_agent.call(reached[0], SDP, lost, caller=ALICE)
        await request(browser, "INVITE")
        await browser.ws.close()
        await lost.until("ended", 5)
        assert lost.end is not None
        assert lost.end.status == 503


async def request(browser: WsSocket, method: str) -> Request:
    while True:
        message = await browser.next()
        if isinstance(message, Request) and message.method == method:
            return message
