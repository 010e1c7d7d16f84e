"""A telephone for tests: real SIP and RTP; it says a tone and measures what it hears."""

import asyncio
import random
import socket
from array import array
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from hub.channels.sip.headers import Replaces, name_addr_of
from hub.channels.sip.leg import Ended, InboundLeg, Leg, LegEvents, Source, Target
from hub.channels.sip.message import Request, Response
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import Uri, sip_uri
from hub.channels.sip.user_agent import SipUserAgent
from hub.clock import SystemClock
from hub.media.embedded.engine import EmbeddedEngine
from hub.ports.media import RATE_HZ, Keys, MediaEvent, MediaSession
from tests.fakes.sip_phone import RegisteringPhone
from tests.tones import loudness, tone_file

LINE = "line"


@dataclass(eq=False)
class OnPhone:
    """One call on a softphone: what happened, in order, and what is heard."""

    phone: "Softphone"
    leg: Leg | None = None
    coming: InboundLeg | None = None
    """The same, if it is a call that came."""
    happened: list[str] = field(default_factory=list)
    keys: str = ""
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    heard: "array[int]" = field(default_factory=lambda: array("h"))
    session: MediaSession = field(init=False)

    def note(self, what: str) -> None:
        self.happened.append(what)
        self._moved.set()

    async def until(self, what: str, within_s: float = 10.0) -> None:
        """Wait until it happened."""
        try:
            async with asyncio.timeout(within_s):
                while what not in self.happened:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not happen: {self.happened}") from None

    # the sink of what is heard

    def write(self, left: bytes, right: bytes) -> None:
        self.heard.frombytes(left)

    def loud(self, hz: float, last_s: float = 0.4) -> float:
        """How loud a tone of that pitch was heard lately (RMS)."""
        return loudness(self.heard[-int(last_s * RATE_HZ) :], hz)

    async def hears(self, hz: float, within_s: float = 5.0) -> None:
        """Wait until that tone is heard."""
        try:
            async with asyncio.timeout(within_s):
                while self.loud(hz) < 1_000:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"no {hz} Hz: {self.loud(hz):.0f}, {self.happened}") from None

    async def says_nothing(self) -> None:
        await self.session.stop(LINE)

    async def hang_up(self) -> None:
        assert self.leg is not None
        await self.leg.end()

    async def press(self, keys: str) -> None:
        await self.session.press(LINE, keys)

    # LegEvents

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        self.note(str(status))

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        await self.session.agreed(LINE, sdp)
        await self.talk()
        self.note("answered")

    async def talk(self) -> None:
        await self.session.record(LINE, self)
        await self.session.play(LINE, tone_file(self.phone.hz))

    async def confirmed(self, leg: Leg, sdp: bytes) -> None:
        self.note("confirmed")

    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        self.note("reoffered")
        return await self.session.answered(LINE, sdp)

    async def keyed(self, leg: Leg, keys: str) -> None:
        self.keys += keys

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        self.note("referred")

    async def notified(self, leg: Leg, status: int, over: bool) -> None:
        self.note(f"notified {status}")

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        self.note("reached" if is_reached else "not reached")

    async def ended(self, leg: Leg, why: Ended) -> None:
        self.note(f"ended {why.status}" if why.status else "ended")
        await self.session.close()

    def tell(self, event: MediaEvent) -> None:
        if isinstance(event, Keys):
            self.keys += event.key


class Softphone:
    """A phone on loopback that says a tone of `hz`. Calls that come ring, and are in `came`."""

    def __init__(self, name: str, hz: float) -> None:
        self.name = name
        self.hz = hz
        door = Door()
        self.ways = Transports(Listening(port=0), door)
        self.agent = SipUserAgent(self.ways, incoming=self)
        door.receiver = self.agent
        self.engine = EmbeddedEngine(
            clock=SystemClock(), chance=Random(), port_min=20_000, port_max=29_998, silent_after_s=60.0
        )
        self.came: asyncio.Queue[OnPhone] = asyncio.Queue()

    @property
    def address(self) -> str:
        return f"sip:{self.name}@127.0.0.1:{self.ways.port}"

    async def register(self, port: int, username: str, password: str) -> Response:
        """Register at the hub on that port."""
        hub = sip_uri(None, "127.0.0.1", port)

        async def exchange(request: Request) -> Response:
            return await self.agent.ask(request.without("Via"), hub)

        contact = f"<sip:{username}@127.0.0.1:{self.ways.port}>"
        phone = RegisteringPhone(exchange, username, password, via="UDP 127.0.0.1", contact=contact)
        return await phone.register()

    async def call(self, user: str, port: int, *, caller: str = "") -> OnPhone:
        """Call somebody at the hub."""
        call = await self._on_phone()
        call.leg = await self.agent.call(
            Target(uri=sip_uri(user, "127.0.0.1", port)),
            await call.session.offered(LINE),
            call,
            caller=name_addr_of(caller or f"<sip:{self.name}@127.0.0.1>"),
        )
        return call

    async def rings(self, within_s: float = 10.0) -> OnPhone:
        """The next call that comes."""
        async with asyncio.timeout(within_s):
            return await self.came.get()

    async def pick_up(self, call: OnPhone) -> None:
        """Answer it."""
        assert call.coming is not None
        await call.coming.answer(await call.session.answered(LINE, call.coming.invite.body))
        await call.talk()

    async def _on_phone(self) -> OnPhone:
        call = OnPhone(self)
        call.session = await self.engine.open(self.name, call.tell)
        return call

    # IncomingCalls

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        call = await self._on_phone()
        call.leg = call.coming = leg
        await leg.progress(180)
        self.came.put_nowait(call)
        return call

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        raise AssertionError("nobody replaces calls here")


def free_sip_port() -> int:
    """A port of loopback that nobody has now, by UDP and TCP; below those that the system gives out by itself."""
    for _ in range(100):
        port = random.randrange(15_000, 19_999)
        try:
            with socket.create_server(("127.0.0.1", port)), socket.socket(type=socket.SOCK_DGRAM) as by_udp:
                by_udp.bind(("127.0.0.1", port))
                return port
        except OSError:
            continue
    raise AssertionError("no port is free")


@asynccontextmanager
async def softphone(name: str, hz: float) -> AsyncIterator[Softphone]:
    """A phone, while the block lasts."""
    async with AsyncExitStack() as stack:
        phone = Softphone(name, hz)
        await stack.enter_async_context(phone.engine.running())
        await stack.enter_async_context(phone.agent)
        await stack.enter_async_context(phone.ways)
        yield phone
        await phone.agent.drain()
