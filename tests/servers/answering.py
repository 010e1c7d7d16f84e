"""A desk of the user agent's own: takes calls as a switchboard would, passes some on, and counts what came of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, InboundLeg, Leg, LegEvents, LegOver, Source, Target
from hub.channels.sip.refusal import Refused
from hub.channels.sip.transaction import TIMES, Times
from hub.channels.sip.transport.flow import Allowed, Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import Uri, sip_uri
from hub.channels.sip.user_agent import SipUserAgent

QUICK = Times(t1_s=0.05, t2_s=0.4, t4_s=0.5)
"""Ten times as fast as RFC 3261 says: what takes 32 s takes 3."""


@dataclass(slots=True)
class Switchboard:
    """Rings for `ring_s` and answers; a user that `pass_on` knows is called by a second leg instead."""

    port: int = 0
    ring_s: float = 0.0
    rings: int = 182
    pass_on: Callable[[str], Target | None] = lambda _: None
    agent: SipUserAgent | None = None
    came: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    sources: list[Source] = field(default_factory=list)
    legs: list[InboundLeg] = field(default_factory=list)
    jobs: asyncio.TaskGroup | None = None

    @property
    def twice(self) -> list[str]:
        """Calls that came more than once."""
        return [call for call, count in self.came.items() if count > 1]

    @property
    def active(self) -> int:
        """Legs that are not over."""
        assert self.agent is not None
        return sum(not leg.is_over for leg in self.agent.legs.all())

    async def quiet(self, within_s: float = 10.0) -> None:
        """Wait until no leg is left. Raises AssertionError."""
        try:
            async with asyncio.timeout(within_s):
                while self.active:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{self.active} legs are still there after {within_s} s") from None

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        """A call came."""
        self.came[leg.invite.call_id] += 1
        self.sources.append(source)
        self.legs.append(leg)
        assert self.jobs is not None
        uri = leg.invite.uri
        target = self.pass_on(getattr(uri, "username", None) or "")
        taken = _Taken(self, leg)
        self.jobs.create_task(taken.pass_on(target) if target is not None else taken.answer())
        return taken

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        """Somebody takes the place of another."""
        return await self.called(leg, source)


class _Taken:
    """One call that came, and the second leg if it was passed on."""

    def __init__(self, board: Switchboard, leg: InboundLeg) -> None:
        self.board, self.leg = board, leg
        self.other: Leg | None = None

    async def answer(self) -> None:
        try:
            await self.leg.progress(self.board.rings)
            if self.board.ring_s:
                await asyncio.sleep(self.board.ring_s)
            await self.leg.answer(description(self.board.port))
        except LegOver:
            pass

    async def pass_on(self, target: Target) -> None:
        agent = self.board.agent
        assert agent is not None
        invite = self.leg.invite
        with suppress(LegOver):
            await agent.call(
                target,
                invite.body,
                _Passed(self),
                caller=NameAddr(invite.from_.uri, invite.from_.display),
                max_forwards=invite.max_forwards - 1,
            )

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None: ...
    async def answered(self, leg: Leg, sdp: bytes) -> None: ...
    async def confirmed(self, leg: Leg, sdp: bytes) -> None: ...
    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        return description(self.board.port)

    async def keyed(self, leg: Leg, keys: str) -> None: ...
    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        raise Refused(403, "nobody is transferred here")

    async def notified(self, leg: Leg, status: int, over: bool) -> None: ...
    async def reached(self, leg: Leg, *, is_reached: bool) -> None: ...
    async def ended(self, leg: Leg, why: Ended) -> None:
        self.board.ends[str(why.status)] += 1
        if self.other is not None:
            await self.other.end()


class _Passed:
    """The second leg of a call that was passed on."""

    def __init__(self, first: _Taken) -> None:
        self.first = first

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        self.first.other = leg

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        self.first.other = leg
        try:
            await self.first.leg.answer(sdp)
        except LegOver:
            await leg.end()

    async def confirmed(self, leg: Leg, sdp: bytes) -> None: ...
    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        return description(self.first.board.port)

    async def keyed(self, leg: Leg, keys: str) -> None: ...
    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        raise Refused(403, "nobody is transferred here")

    async def notified(self, leg: Leg, status: int, over: bool) -> None: ...
    async def reached(self, leg: Leg, *, is_reached: bool) -> None: ...
    async def ended(self, leg: Leg, why: Ended) -> None:
        self.first.board.ends[f"passed {why.status}"] += 1
        first = self.first.leg
        if first.is_over:
            return
        with suppress(LegOver):
            await (first.refuse(why.status) if why.status else first.end())


def description(port: int) -> bytes:
    """A session description for nobody's sound."""
    return (
        f"v=0\r\no=- {port} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 9 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    ).encode()


def to(user: str, port: int, *, ip: str = "127.0.0.1", transport: str = "udp") -> Target:
    """Somebody on this machine."""
    params = () if transport == "udp" else (("transport", transport),)
    return Target(uri=sip_uri(user, ip, port, params=params))


@asynccontextmanager
async def switchboard(
    *,
    ip: str = "127.0.0.1",
    port: int = 0,
    times: Times = TIMES,
    allowed: Allowed = lambda *_: True,
    **how: Any,
) -> AsyncIterator[Switchboard]:
    """A user agent on sockets with this desk; `how` are the fields of the Switchboard."""
    board = Switchboard(**how)
    door = Door(allowed=allowed)
    ways = Transports(Listening(host=ip, port=port), door)
    board.agent = door.receiver = SipUserAgent(ways, incoming=board, times=times)
    async with AsyncExitStack() as stack:
        board.jobs = await stack.enter_async_context(asyncio.TaskGroup())
        await stack.enter_async_context(board.agent)
        await stack.enter_async_context(ways)
        board.port = ways.port
        yield board
