"""A network of user agents in memory: it delays, loses and doubles datagrams, and keeps what was sent."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from hub.channels.sip.grammar import Params
from hub.channels.sip.headers import NameAddr, Via, name_addr_of
from hub.channels.sip.leg import Ended, InboundLeg, IncomingCalls, Leg, LegEvents, Source, Target
from hub.channels.sip.message import Message, Request, Response
from hub.channels.sip.parse import message_of
from hub.channels.sip.refusal import Refused
from hub.channels.sip.transport.flow import Door, Flow, SendFailed, Unreachable
from hub.channels.sip.uri import sip_uri, uri_of
from hub.channels.sip.user_agent import SipUserAgent
from hub.channels.sip.way import Hop, Transport

SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"


class Network:
    """`loss` is the share of datagrams that get lost, `never` a method whose requests all do; `delay_s` the time that
    each takes, plus some."""

    def __init__(self, *, loss: float = 0.0, delay_s: float = 0.005, seed: int = 1, never: str = "") -> None:
        self.loss = loss
        self.never = never.encode() + b" "
        self.delay_s = delay_s
        self.random = random.Random(seed)
        self.doors: dict[str, tuple[Door, Host]] = {}
        self.sent: list[tuple[str, str, Message]] = []

    def carry(self, sender: str, receiver: str, data: bytes) -> None:
        self.sent.append((sender, receiver, message_of(data)))
        if self.random.random() < self.loss or data.startswith(self.never):
            return
        delay_s = self.delay_s * (1 + self.random.random())
        asyncio.get_running_loop().call_later(delay_s, self._deliver, sender, receiver, data)

    def _deliver(self, sender: str, receiver: str, data: bytes) -> None:
        if receiver in self.doors:
            door, host = self.doors[receiver]
            door.datagram(host.to(sender), data)

    def requests(self, method: str, sender: str | None = None) -> list[Request]:
        """What was sent, repetitions included."""
        return [
            one
            for who, _, one in self.sent
            if isinstance(one, Request) and one.method == method and sender in (None, who)
        ]

    def answers(self, status: int, method: str = "INVITE", sender: str | None = None) -> list[Response]:
        return [
            one
            for who, _, one in self.sent
            if isinstance(one, Response)
            and (one.status, one.cseq.method) == (status, method)
            and sender in (None, who)
        ]


class MemoryFlow:
    transport: Transport = "UDP"

    def __init__(self, network: Network, here: str, there: str) -> None:
        self.network, self.here = network, here
        self.host, self.port = there, 5060
        self.id = f"udp:{there}:5060"
        self.is_open = True

    def send(self, data: bytes) -> None:
        if not self.is_open:
            raise SendFailed("closed")
        self.network.carry(self.here, self.host, data)


class Host:
    """The ways of one user agent."""

    def __init__(self, network: Network, address: str) -> None:
        self.network, self.address = network, address

    def to(self, address: str) -> Flow:
        return MemoryFlow(self.network, self.address, address)

    def flow(self, flow_id: str) -> Flow | None:
        return self.to(flow_id.split(":")[1])

    def ready(self, hop: Hop, size: int = 0) -> Flow | None:
        return self.to(hop.host) if hop.host[:1].isdigit() else None

    async def reach(self, hop: Hop, size: int = 0) -> Flow:
        await asyncio.sleep(0.001)
        if (flow := self.ready(hop)) is None:
            raise Unreachable("no such name")
        return flow

    def via(self, flow: Flow, branch: str) -> Via:
        return Via(flow.transport, self.address, 5060, Params((("branch", branch), ("rport", None))))

    def contact(self, flow: Flow) -> NameAddr:
        return NameAddr(sip_uri("hub", self.address, 5060))


@dataclass
class Listener:
    """Keeps what it is told. `answers` are given to re-offers, one after the other; an exception is raised."""

    told: list[tuple[Any, ...]] = field(default_factory=list)
    answers: list[bytes | Exception] = field(default_factory=list)
    refers: Exception | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def _note(self, *what: Any) -> None:
        self.told.append(what)
        self.news.set()

    @property
    def kinds(self) -> list[str]:
        return [one[0] for one in self.told]

    @property
    def end(self) -> Ended | None:
        return next((one[1] for one in self.told if one[0] == "ended"), None)

    async def until(self, kind: str, within_s: float = 120.0) -> tuple[Any, ...]:
        async with asyncio.timeout(within_s):
            while kind not in self.kinds:
                self.news.clear()
                await self.news.wait()
        return next(one for one in self.told if one[0] == kind)

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        self._note("progressed", status, sdp)

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        self._note("answered", sdp)

    async def confirmed(self, leg: Leg, sdp: bytes) -> None:
        self._note("confirmed", sdp)

    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        self._note("reoffered", sdp)
        answer = self.answers.pop(0) if self.answers else SDP
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def keyed(self, leg: Leg, keys: str) -> None:
        self._note("keyed", keys)

    async def referred(self, leg: Leg, target: Any, replaces: Any) -> None:
        self._note("referred", str(target), replaces)
        if self.refers is not None:
            raise self.refers

    async def notified(self, leg: Leg, status: int, over: bool) -> None:
        self._note("notified", status, over)

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        self._note("reached", is_reached)

    async def ended(self, leg: Leg, why: Ended) -> None:
        self._note("ended", why)


class Desk:
    """Takes every call, and keeps it with its listener."""

    def __init__(self) -> None:
        self.calls: list[tuple[InboundLeg, Listener]] = []
        self.replaced: list[Leg] = []
        self.refusal: Refused | None = None
        self.came = asyncio.Event()

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        if self.refusal is not None:
            raise self.refusal
        listener = Listener()
        self.calls.append((leg, listener))
        self.came.set()
        return listener

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        self.replaced.append(replaced)
        return await self.called(leg, source)

    async def call(self, number: int = 0, within_s: float = 120.0) -> tuple[InboundLeg, Listener]:
        async with asyncio.timeout(within_s):
            while len(self.calls) <= number:
                self.came.clear()
                await self.came.wait()
        return self.calls[number]


class Peer:
    """A user agent on the network with a desk behind it."""

    def __init__(self, network: Network, address: str, **options: Any) -> None:
        self.address = address
        self.desk = Desk()
        incoming: IncomingCalls = self.desk
        door = Door()
        host = Host(network, address)
        drawn = random.Random(address)
        self.agent = SipUserAgent(
            host,
            incoming=incoming,
            token=lambda: f"{drawn.getrandbits(64):016x}",
            chance=drawn.random,
            **options,
        )
        door.receiver = self.agent
        network.doors[address] = (door, host)

    async def call(self, other: "Peer", sdp: bytes = SDP, **options: Any) -> tuple[Leg, Listener]:
        listener = Listener()
        target = Target(uri=uri_of(f"sip:bob@{other.address}"), **options.pop("target", {}))
        leg = await self.agent.call(
            target, sdp, listener, caller=name_addr_of(f"<sip:alice@{self.address}>"), **options
        )
        return leg, listener


async def peers(stack: AsyncExitStack, network: Network, *addresses: str, **options: Any) -> list[Peer]:
    found = [Peer(network, address, **options) for address in addresses]
    for one in found:
        await stack.enter_async_context(one.agent)
    return found
