"""Sixteen rules of SIP, asked of a running user agent by a bare socket; each failed in some library of the market.

Its user rings a while before it answers. Times are a fifth of those of the RFC, so that nobody waits.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace

import pytest

from hub.channels.sip.leg import InboundLeg, Leg, LegEvents, LegOver, Source
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field
from hub.channels.sip.transaction import Times, ack_of, cancel_of
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import uri_of
from hub.channels.sip.user_agent import SipUserAgent
from tests.fakes.sip_network import SDP, Listener
from tests.fakes.sip_phone import UdpSocket, udp_socket

TIMES = Times(t1_s=0.1, t2_s=0.8, t4_s=1.0)
RINGS_S = 0.4
SETTLED_S = 0.5
"""Whatever was under way when the ACK was sent has come by then, on a busy machine too."""
GARBAGE = [
    b"",
    b"\0" * 20,
    b"hello",
    b"INVITE sip:a@b SIP/2.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\n\r\n",
    b"\r\n",
    b"INVITE sip:a@b SIP/2.0\r\nVia: ;;\r\nFrom: <\r\nTo: >\r\nCSeq: x\r\nContent-Length: -5\r\n\r\n",
    bytes(range(256)),
]


class Ringing:
    """Rings, then answers, each call in a job of its own."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.group: asyncio.TaskGroup

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        self.calls.append(leg.invite.call_id)
        self.group.create_task(self._answer(leg))
        return Listener()

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        return await self.called(leg, source)

    async def _answer(self, leg: InboundLeg) -> None:
        try:
            await leg.progress(180)
            await asyncio.sleep(RINGS_S)
            await leg.answer(SDP)
        except LegOver:
            return


@dataclass
class Probe:
    """A socket, the port that it asks, and the user there."""

    socket: UdpSocket
    port: int
    user: Ringing

    def request(self, method: str = "INVITE", *fields: tuple[str, str], vias: int = 1) -> Request:
        here = f"127.0.0.1:{self.socket.port}"
        branch = secrets.token_hex(6)
        return Request(
            method=method,
            uri=uri_of(f"sip:slow@127.0.0.1:{self.port}"),
            fields=(
                Field("Via", f"SIP/2.0/UDP {here};rport;branch=z9hG4bK{branch}"),
                *(
                    Field("Via", f"SIP/2.0/UDP hop{n}.example;branch=z9hG4bK{branch}{n}")
                    for n in range(1, vias)
                ),
                Field("Max-Forwards", "70"),
                Field("From", f"<sip:probe@{here}>;tag=p{branch}"),
                Field("To", f"<sip:slow@127.0.0.1:{self.port}>"),
                Field("Call-ID", branch),
                Field("CSeq", f"1 {method}"),
                Field("Contact", f"<sip:probe@{here}>"),
                *([Field("Content-Type", "application/sdp")] if method == "INVITE" else []),
                *(Field(*one) for one in fields),
            ),
            body=SDP if method == "INVITE" else b"",
        )

    def within(self, invite: Request, answer: Response, method: str, number: int) -> Request:
        """The next request of the dialog."""
        assert answer.contacts != "*"
        request = self.request(method).replacing("From", *invite.every("from"))
        for name in ("To", "Call-ID"):
            request = request.replacing(name, *answer.every(name.lower()))
        return replace(request.replacing("CSeq", f"{number} {method}"), uri=answer.contacts[0].uri)

    async def status(self, wanted: int, within_s: float = 5.0) -> Response:
        """The next answer with that status."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.socket.next()
                if isinstance(message, Response) and message.status == wanted:
                    return message

    async def answered(self, invite: Request) -> Response:
        """A call that was answered and acknowledged."""
        self.socket.send(invite)
        accepted = await self.status(200)
        self.socket.send(self.within(invite, accepted, "ACK", 1))
        return accepted


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    user, door = Ringing(), Door()
    async with AsyncExitStack() as stack:
        ways = Transports(Listening(port=0), door)
        agent = SipUserAgent(ways, incoming=user, times=TIMES)
        door.receiver = agent
        user.group = await stack.enter_async_context(asyncio.TaskGroup())
        await stack.enter_async_context(agent)
        await stack.enter_async_context(ways)
        socket = await udp_socket(ways.port)
        try:
            yield Probe(socket, ways.port, user)
        finally:
            await agent.drain(0.2)
            socket.transport.close()


@contextmanager
def one_call(probe: Probe) -> Iterator[None]:
    before = len(probe.user.calls)
    yield
    assert len(probe.user.calls) == before + 1


async def test_01_an_invite_that_comes_again_while_it_rings_is_one_call(probe: Probe) -> None:
    with one_call(probe):
        invite = probe.request()
        probe.socket.send(invite)
        await probe.status(180)
        probe.socket.send(invite)
        await probe.status(180)


async def test_02_a_2xx_comes_again_until_its_ack_and_then_not_any_more(probe: Probe) -> None:
    invite = probe.request()
    probe.socket.send(invite)
    first = await probe.status(200)
    assert bytes(await probe.status(200)) == bytes(await probe.status(200)) == bytes(first)
    probe.socket.send(probe.within(invite, first, "ACK", 1))
    await probe.socket.silence(SETTLED_S)
    assert await probe.socket.silence(1.0) == []


async def test_03_a_bye_that_comes_again_gets_the_same_200(probe: Probe) -> None:
    invite = probe.request()
    accepted = await probe.answered(invite)
    bye = probe.within(invite, accepted, "BYE", 2)
    for _ in range(2):
        probe.socket.send(bye)
        answer = await probe.status(200)
        assert answer.cseq.method == "BYE"


async def test_04_an_invite_that_comes_again_after_its_200_is_no_second_call(probe: Probe) -> None:
    with one_call(probe):
        invite = probe.request()
        await probe.answered(invite)
        await probe.socket.silence(SETTLED_S)
        probe.socket.send(invite)
        assert await probe.socket.silence(0.5) == []


async def test_05_a_cancel_is_answered_and_so_is_its_invite_until_the_ack(probe: Probe) -> None:
    invite = probe.request()
    probe.socket.send(invite)
    await probe.status(180)
    probe.socket.send(cancel_of(invite))
    found = [await probe.socket.answer(final=True) for _ in range(3)]
    by_method = {(one.cseq.method, one.status) for one in found}
    assert by_method == {("CANCEL", 200), ("INVITE", 487)}
    refusal = next(one for one in found if one.status == 487)
    probe.socket.send(ack_of(invite, refusal))
    await probe.socket.silence(SETTLED_S)
    assert await probe.socket.silence(RINGS_S + 0.4) == []


async def test_06_a_cancel_of_nothing_is_481(probe: Probe) -> None:
    probe.socket.send(cancel_of(probe.request()))
    await probe.status(481)


async def test_07_a_bye_of_nothing_is_481(probe: Probe) -> None:
    probe.socket.send(probe.request("BYE"))
    await probe.status(481)
    probe.socket.send(probe.request("BYE").replacing("To", "<sip:slow@127.0.0.1>;tag=gone"))
    await probe.status(481)


async def test_08_routes_and_vias_come_back_in_order_and_say_where_we_were_seen(probe: Probe) -> None:
    routes = ("<sip:p2.example;lr>", "<sip:p1.example;lr>")
    invite = probe.request("INVITE", *(("Record-Route", one) for one in routes), vias=3)
    probe.socket.send(invite)
    accepted = await probe.status(200)
    assert accepted.every("record-route") == routes
    assert [via.host for via in accepted.vias] == [via.host for via in invite.vias]
    assert accepted.via.params.get("rport") == str(probe.socket.port)
    assert accepted.via.params.get("received") == "127.0.0.1"


async def test_09_a_method_that_nobody_knows_is_501_and_one_that_is_not_taken_405(probe: Probe) -> None:
    probe.socket.send(probe.request("DANCE"))
    assert "INVITE" in (await probe.status(501)).allow
    probe.socket.send(probe.request("PUBLISH"))
    assert "INVITE" in (await probe.status(405)).allow


async def test_10_options_are_told(probe: Probe) -> None:
    probe.socket.send(probe.request("OPTIONS"))
    answer = await probe.status(200)
    assert "INVITE" in answer.allow
    assert "replaces" in answer.supported
    assert answer.accept is not None


async def test_11_an_odd_but_lawful_invite_is_a_call(probe: Probe) -> None:
    here = f"127.0.0.1:{probe.socket.port}"
    raw = (
        f"INVITE sip:slow@127.0.0.1:{probe.port} SIP/2.0\r\n"
        f"v:SIP/2.0/UDP {here};rport;branch=z9hG4bKodd\r\n"
        f'f:"a \\"b\\" <c>"<sip:probe@{here};ob>;tag=odd\r\n'
        f"t:<sip:slow@127.0.0.1>\r\ni:odd\r\nCSeq: 1\r\n INVITE\r\n"
        f'm:<sip:probe@{here};ob>;+sip.instance="<urn:uuid:1>"\r\n'
        f"Supported:\r\nMax-Forwards:70\r\nc:application/sdp\r\nl:{len(SDP)}\r\n\r\n"
    )
    with one_call(probe):
        probe.socket.send(raw.encode() + SDP)
        await probe.status(200)


async def test_12_a_re_invite_is_the_same_call(probe: Probe) -> None:
    with one_call(probe):
        invite = probe.request()
        accepted = await probe.answered(invite)
        await probe.socket.silence(SETTLED_S)
        again = probe.within(invite, accepted, "INVITE", 2)
        probe.socket.send(again)
        second = await probe.status(200)
        assert second.cseq.number == 2
        assert second.to.tag == accepted.to.tag
        probe.socket.send(probe.within(invite, second, "ACK", 2))


async def test_13_all_answers_of_a_call_have_one_tag(probe: Probe) -> None:
    probe.socket.send(probe.request())
    ringing, accepted = await probe.status(180), await probe.status(200)
    assert ringing.to.tag
    assert ringing.to.tag == accepted.to.tag


async def test_14_garbage_is_survived(probe: Probe) -> None:
    for one in GARBAGE:
        probe.socket.send(one)
    with one_call(probe):
        probe.socket.send(probe.request())
        await probe.status(200)


async def test_15_an_extension_that_is_required_and_not_there_is_420(probe: Probe) -> None:
    probe.socket.send(probe.request("INVITE", ("Require", "telepathy")))
    assert (await probe.status(420)).every("unsupported") == ("telepathy",)


async def test_16_another_version_is_not_met_with_silence(probe: Probe) -> None:
    probe.socket.send(bytes(probe.request()).replace(b" SIP/2.0\r\n", b" SIP/7.0\r\n", 1))
    await probe.status(505)
