"""The measured side of `bench sip`: the user agent on sockets, in a process of its own.

`python -m bench.sip_side answer` answers every call; `… pass PORT` calls whoever is at that port for each, and passes
answer and end on. It prints its port, and ends when standard input closes.
"""

# ruff: noqa: ARG002 - whoever listens is told more than a bench wants to know

import asyncio
import logging
import sys
from contextlib import suppress

import structlog

from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, InboundLeg, Leg, LegEvents, LegOver, Source, Target
from hub.channels.sip.refusal import Refused
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import Uri, sip_uri
from hub.channels.sip.user_agent import SipUserAgent
from hub.cli.garbage import uncollected
from hub.cli.loop import until_stopped

SDP = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


class Deaf:
    """A leg whose events matter to nobody. `came` is the call that it answers, and refuses, as it is itself; `began`
    is ended with it."""

    def __init__(self, came: InboundLeg | None = None) -> None:
        self.came = came
        self.began: Leg | None = None

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None: ...
    async def answered(self, leg: Leg, sdp: bytes) -> None:
        if self.came is not None:
            with suppress(LegOver):
                await self.came.answer(sdp)

    async def confirmed(self, leg: Leg, sdp: bytes) -> None: ...
    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        return SDP

    async def keyed(self, leg: Leg, keys: str) -> None: ...
    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        raise Refused(403, "nobody is transferred here")

    async def notified(self, leg: Leg, status: int, over: bool) -> None: ...
    async def reached(self, leg: Leg, *, is_reached: bool) -> None: ...
    async def ended(self, leg: Leg, why: Ended) -> None:
        if self.came is not None and not self.came.is_over:
            with suppress(LegOver):
                await (self.came.refuse(why.status) if why.status >= 300 else self.came.end())
        if self.began is not None and not self.began.is_over:
            await self.began.end()


class Taking:
    """Answers, or passes on to `target`."""

    def __init__(self, target: Target | None) -> None:
        self.agent: SipUserAgent
        self._target = target

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        events = Deaf()
        self.agent.stack.spawn(self._passed(leg, events) if self._target else _answered(leg), "taken")
        return events

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        raise Refused(501, "nobody is replaced here")

    async def _passed(self, leg: InboundLeg, events: Deaf) -> None:
        assert self._target is not None
        invite = leg.invite
        events.began = await self.agent.call(
            self._target,
            invite.body,
            Deaf(leg),
            caller=NameAddr(invite.from_.uri),
            max_forwards=invite.max_forwards - 1,
        )


async def _answered(leg: InboundLeg) -> None:
    with suppress(LegOver):
        await leg.progress(180)
        await leg.answer(SDP)


async def _serve(stop: asyncio.Event, target: Target | None) -> None:
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    with uncollected():
        door, taking = Door(), Taking(target)
        ways = Transports(Listening(port=0), door)
        taking.agent = door.receiver = SipUserAgent(
            ways, incoming=taking, most_legs=100_000, waits=ways.waits
        )
    async with taking.agent, ways:
        print(ways.port, flush=True)
        await stop.wait()


if __name__ == "__main__":
    # standard output is the port's: whoever reads it reads no more
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    to = Target(uri=sip_uri("service", "127.0.0.1", int(sys.argv[2]))) if sys.argv[1] == "pass" else None
    until_stopped(lambda stop: _serve(stop, to))
