"""Simulated callers: real SIP and RTP. Each calls a queue, waits as long as their patience, talks a while, hangs up."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, Leg, LegOver, Target
from hub.channels.sip.refusal import Refused
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import Uri, sip_uri
from hub.channels.sip.user_agent import SipUserAgent
from hub.clock import SystemClock
from hub.media.embedded.engine import EmbeddedEngine
from hub.media.prompts import SHIPPED
from hub.ports.media import MediaEvent, MediaSession, NoCommonMedia, NoRoom, Sound

_LINE = "line"
_PORTS = 31_000, 31_998
"""Of the callers' own sound: not the hub's."""
_VOICES = ("en/greeting.wav", "ru/greeting.wav", "tr/greeting.wav")
_NUMBERS = ("+90532", "+7916", "+4930", "+44207")


@dataclass(slots=True)
class CallTally:
    """What became of the callers: each was `picked_up`, or `gave_up`, or `refused` (`refusals`: by the status of SIP, 0
    for a line that broke); `open` are on the line.

    Picked up is by the hub: a caller hears music, an announcement or an agent, and on a line all three are a 200.
    """

    came: int = 0
    open: int = 0
    picked_up: int = 0
    gave_up: int = 0
    refusals: Counter[int] = field(default_factory=Counter)

    @property
    def still_there(self) -> int:
        """Who waited when the time was up."""
        return self.came - self.picked_up - self.gave_up - self.refused

    @property
    def refused(self) -> int:
        """How many were refused, whatever the reason."""
        return self.refusals.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One who calls. `number` is E.164; `patience_s` how long they wait, `talks_s` how long they talk."""

    queue: str
    number: str
    patience_s: float
    talks_s: float


def somebody(rng: random.Random, queues: tuple[str, ...]) -> Caller:
    """A caller drawn at random."""
    return Caller(
        queue=rng.choice(queues),
        number=rng.choice(_NUMBERS) + "".join(rng.choices("0123456789", k=7)),
        patience_s=rng.uniform(40, 120),
        talks_s=rng.uniform(20, 90),
    )


@dataclass(eq=False)
class _Phone:
    """LegEvents of one caller."""

    session: MediaSession
    voice: Sound
    picked_up: bool = False
    why: Ended | None = None
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, is_so: Callable[[], bool], within_s: float) -> None:
        """Wait for it, for the end, or for so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.why is None and not is_so():
                    self._moved.clear()
                    await self._moved.wait()

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        """It rings, or they wait."""

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """Somebody, or the music, is on the line."""
        try:
            await self.session.agreed(_LINE, sdp)
        except NoCommonMedia:
            await leg.end()
            return
        await self.session.play(_LINE, self.voice)
        self.picked_up = True
        self._moved.set()

    async def confirmed(self, leg: Leg, sdp: bytes) -> None:
        """Not on a leg that we began."""

    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:  # noqa: ARG002 - as the port has it
        """Their side changes its sound."""
        return await (self.session.answered(_LINE, sdp) if sdp else self.session.offered(_LINE))

    async def keyed(self, leg: Leg, keys: str) -> None:
        """Nobody sends keys to a caller."""

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:  # noqa: ARG002
        """A caller is handed on by the house itself."""
        raise Refused(603, "this phone calls nobody else")

    async def notified(self, leg: Leg, status: int, over: bool) -> None:
        """No REFER of ours."""

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        """The house is reached by UDP."""

    async def ended(self, leg: Leg, why: Ended) -> None:  # noqa: ARG002 - there is one leg
        """It is over."""
        self.why = why
        self._moved.set()


class Callers:
    """Calls the hub that listens on `host` and `port`; within `running`."""

    def __init__(self, host: str, port: int, rng: random.Random, tally: CallTally) -> None:
        self._host = host
        self._port = port
        self._rng = rng
        self.tally = tally
        door = Door()
        self._ways = Transports(Listening(port=0), door)
        self._agent = SipUserAgent(self._ways)
        door.receiver = self._agent
        self._engine = EmbeddedEngine(
            clock=SystemClock(), chance=rng, port_min=_PORTS[0], port_max=_PORTS[1], browsers=False
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Callers have a telephone while the block lasts; those on the line hang up at its end."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._engine.running())
            await stack.enter_async_context(self._agent)
            await stack.enter_async_context(self._ways)
            try:
                yield
            finally:
                await self._agent.drain()

    async def play(self, caller: Caller) -> None:
        """One call from beginning to end."""
        self.tally.came += 1
        self.tally.open += 1
        try:
            await self._called(caller)
        except (NoRoom, LegOver):
            self.tally.refusals[0] += 1
        finally:
            self.tally.open -= 1

    async def _called(self, caller: Caller) -> None:
        session = await self._engine.open(caller.number, _ignored)
        try:
            phone = _Phone(session, _voice(self._rng))
            leg = await self._agent.call(
                Target(uri=sip_uri(caller.queue, self._host, self._port)),
                await session.offered(_LINE),
                phone,
                caller=NameAddr(sip_uri(caller.number, self._host)),
                ring_s=caller.patience_s + 30,
            )
            await phone.until(lambda: phone.picked_up, caller.patience_s)
            if phone.picked_up:
                self.tally.picked_up += 1
                await phone.until(lambda: False, caller.talks_s)
            elif phone.why is not None and phone.why.status not in (0, 487):
                self.tally.refusals[phone.why.status] += 1
            else:
                self.tally.gave_up += 1
            await leg.end()
        finally:
            await session.close()


def _voice(rng: random.Random) -> Sound:
    return Sound(files=(SHIPPED / rng.choice(_VOICES),), loop=True, gap_s=rng.uniform(0.5, 2.0))


def _ignored(event: MediaEvent) -> None:
    """A caller heeds no keys."""


async def calls_come(
    callers: Callers,
    queues: tuple[str, ...],
    rng: random.Random,
    *,
    gap_s: tuple[float, float],
    at_most: int = 2,
) -> None:
    """Let callers come, one after `gap_s` seconds each, until cancelled; at most so many at a time. Within
    `callers.running`."""
    async with asyncio.TaskGroup() as group:
        while True:
            await asyncio.sleep(rng.uniform(*gap_s))
            if callers.tally.open < at_most:
                group.create_task(callers.play(somebody(rng, queues)), name="caller")
