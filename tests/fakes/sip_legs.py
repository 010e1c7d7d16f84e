"""Legs that call nobody, and sound that nobody hears: both write down what they were told."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, LegEvents, LegOver, Target
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Field
from hub.channels.sip.uri import Uri, uri_of
from hub.ports.media import LegKind, Load, MediaEvent, MediaSession, NoRoom, Quality, SampleSink, Sound

SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


def invite(
    user: str = "sales", caller: str = '"Ivan" <sip:+79161234567@carrier.example>', **more: str
) -> Request:
    """An INVITE as a trunk sends it."""
    fields = [
        Field("Via", "SIP/2.0/UDP carrier.example;branch=z9hG4bKa"),
        Field("Max-Forwards", more.pop("max_forwards", "70")),
        Field("From", f"{caller};tag=f1"),
        Field("To", f"<sip:{user}@hub.example>"),
        Field("Call-ID", "c1"),
        Field("CSeq", "1 INVITE"),
        Field("Contact", "<sip:carrier.example>"),
    ]
    fields += [Field(name.replace("_", "-"), value) for name, value in more.items()]
    return Request(method="INVITE", uri=uri_of(f"sip:{user}@hub.example"), fields=tuple(fields), body=SDP)


@dataclass(eq=False)
class FakeLeg:
    """A leg that writes down what it was told."""

    name: str
    said: list[str]
    invite: Request = field(default_factory=invite)
    events: LegEvents | None = None
    target: Target | None = None
    is_over: bool = False
    max_forwards: int = 0
    fields: tuple[Field, ...] = ()
    slow: asyncio.Event | None = None
    """Their answer to a re-INVITE waits for it."""

    @property
    def id(self) -> str:
        return self.name

    @property
    def remote(self) -> NameAddr:
        return self.invite.from_

    @property
    def replaces(self) -> Replaces:
        return Replaces(self.name, "a", "b")

    def _say(self, what: str) -> None:
        if self.is_over:
            raise LegOver
        self.said.append(f"{self.name} {what}")

    async def progress(self, status: int, *_: Field, sdp: bytes = b"", reason: str = "") -> None:
        self._say(str(status))

    async def answer(self, sdp: bytes, *_: Field) -> None:
        self._say("200")

    async def refuse(self, status: int, *fields: Field, reason: str = "") -> None:
        self._say(" ".join([str(status), *(f"{f.name}:{f.value}" for f in fields)]))
        self.is_over = True

    async def reoffer(self, sdp: bytes) -> bytes:
        self._say("re-INVITE")
        if self.slow is not None:
            await self.slow.wait()
            if self.is_over:
                raise LegOver
        return SDP

    async def refer(self, target: Uri, *, replaces: Replaces | None = None) -> None:
        self._say(f"REFER {target}")

    async def notify(self, status: int, *, over: bool) -> None:
        self._say(f"NOTIFY {status}")

    async def end(self, *_: Field) -> None:
        if not self.is_over:
            self._say("end")
            self.is_over = True

    async def ends(self, status: int = 0) -> None:
        """The other side ends it."""
        self.is_over = True
        assert self.events is not None
        await self.events.ended(self, Ended(status=status))

    async def loses_its_socket(self) -> None:
        """The connection that it is reached by is closed."""
        assert self.events is not None
        await self.events.reached(self, is_reached=False)

    async def comes_back(self) -> None:
        """It is reached by another connection."""
        assert self.events is not None
        await self.events.reached(self, is_reached=True)

    async def picks_up(self) -> None:
        """The other side answers."""
        assert self.events is not None
        await self.events.answered(self, SDP)


class FakeUserAgent:
    """Calls nobody; `legs` are those it made."""

    def __init__(self, said: list[str]) -> None:
        self._said = said
        self.legs: list[FakeLeg] = []

    async def call(
        self,
        target: Target,
        sdp: bytes,
        events: LegEvents,
        *fields: Field,
        caller: NameAddr,
        max_forwards: int = 70,
        ring_s: float = 60.0,
    ) -> FakeLeg:
        leg = FakeLeg(
            str(target.uri),
            self._said,
            events=events,
            target=target,
            max_forwards=max_forwards,
            fields=fields,
        )
        leg._say("INVITE")
        self.legs.append(leg)
        return leg


class FakeSession:
    """Sound that nobody hears; `hears` is who hears whom, `playing` what is played to whom."""

    def __init__(
        self, said: list[str], tell: Callable[[MediaEvent], None], engine: "FakeEngine | None" = None
    ) -> None:
        self._said = said
        self._engine = engine
        self.tell = tell
        self.hears: dict[str, frozenset[str]] = {}
        self.playing: dict[str, Sound] = {}
        self.sink: SampleSink | None = None
        self.speaks: set[str] = set()
        self.received: dict[str, int] = {}
        self.paused = False
        self.legs: set[str] = set()
        self.closed = False

    def _made(self, leg: str) -> None:
        if leg not in self.legs and self._engine is not None and self._engine.legs >= self._engine.most_legs:
            raise NoRoom("no port is left")
        self.legs.add(leg)

    async def answered(self, leg: str, offer: bytes) -> bytes:
        self._made(leg)
        return SDP

    async def offered(self, leg: str, kind: LegKind = LegKind.PLAIN, *, held: bool = False) -> bytes:
        self._made(leg)
        return SDP

    async def agreed(self, leg: str, answer: bytes) -> None:
        assert leg in self.legs

    async def hear(self, hears: Mapping[str, frozenset[str]]) -> None:
        self.hears |= hears

    async def play(self, leg: str, sound: Sound) -> None:
        self.playing[leg] = sound
        self._said.append(f"play {leg} {' '.join(f.name for f in sound.files)}")

    async def stop(self, leg: str) -> None:
        self.playing.pop(leg, None)

    async def press(self, leg: str, keys: str) -> None:
        self._said.append(f"press {leg} {keys}")

    async def record(self, left: str, sink: SampleSink) -> None:
        self.sink = sink

    async def pause(self, *, paused: bool) -> None:
        self.paused = paused

    async def stop_recording(self) -> None:
        self.sink = None

    async def quality(self, leg: str) -> Quality:
        """A leg that speaks has received something each time it is asked."""
        if leg in self.speaks:
            self.received[leg] = self.received.get(leg, 0) + 50
        return Quality(received=self.received.get(leg, 0))

    async def drop(self, leg: str) -> None:
        self.legs.discard(leg)

    async def close(self) -> None:
        self.closed = True

    @property
    def bridged(self) -> set[frozenset[str]]:
        """The pairs who hear each other."""
        return {
            frozenset({one, other})
            for one, heard in self.hears.items()
            for other in heard
            if one in self.hears.get(other, frozenset())
        }


class FakeEngine:
    """Opens sessions; `sessions` are all it opened."""

    def __init__(self, said: list[str]) -> None:
        self._said = said
        self.sessions: list[FakeSession] = []
        self.most_legs = 1_000
        self.others = 0
        """Legs of calls that are of no interest."""

    @property
    def legs(self) -> int:
        return self.others + sum(len(session.legs) for session in self.sessions if not session.closed)

    def free_share(self) -> float:
        return 1 - self.legs / self.most_legs

    def running(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def open(self, call_id: str, tell: Callable[[MediaEvent], None]) -> MediaSession:
        self.sessions.append(FakeSession(self._said, tell, self))
        return self.sessions[-1]

    def load(self) -> Load:
        return Load(sessions=len(self.sessions))
