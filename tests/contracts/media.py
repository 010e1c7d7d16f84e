"""Media engines and calls on them, for the contract of `hub.ports.media`."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Self

from hub.clock import SystemClock
from hub.media.embedded.engine import EmbeddedEngine
from hub.ports.media import MediaEngine, MediaEvent, MediaSession
from tests.contracts.telephone import SILENT, Telephone, level, telephone, tone

KHZ = 1000.0
HIGH = 1600.0
LOUD = 7000.0
"""The tones have an amplitude of 8,000."""
FAINT = 250.0


def embedded(port_min: int, port_max: int) -> MediaEngine:
    return EmbeddedEngine(
        clock=SystemClock(),
        chance=Random(7),
        port_min=port_min,
        port_max=port_max,
        silent_after_s=0.4,
    )


ENGINES: dict[str, Callable[[int, int], MediaEngine]] = {"embedded": embedded}


@asynccontextmanager
async def engine_with(kind: str, *, pairs: int) -> AsyncIterator[MediaEngine]:
    """An engine with so many pairs of ports that are free now."""
    first = 20_000 + 2 * Random().randrange(5_000)
    engine = ENGINES[kind](first, first + 2 * pairs - 1)
    async with engine.running():
        yield engine


@dataclass
class Tape:
    """A sink."""

    left: list[bytes] = field(default_factory=list)
    right: list[bytes] = field(default_factory=list)

    def write(self, left: bytes, right: bytes) -> None:
        self.left.append(left)
        self.right.append(right)

    def sides(self) -> tuple[list[int], list[int]]:
        return pcm(b"".join(self.left)), pcm(b"".join(self.right))


def pcm(raw: bytes) -> list[int]:
    return [one for (one,) in struct.iter_unpack("<h", raw)]


@dataclass
class Call:
    """A session, and what happened on it."""

    engine: MediaEngine
    events: list[MediaEvent] = field(default_factory=list)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    session: MediaSession = field(init=False)

    async def __aenter__(self) -> Self:
        self.session = await self.engine.open("call", self.events.append)
        self.stack.push_async_callback(self.session.close)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stack.aclose()

    async def caller(self, name: str, hz: float = 0.0, **of: Any) -> Telephone:
        """A telephone that offers."""
        phone = await self.stack.enter_async_context(telephone(hz, **of))
        phone.reads(await self.session.answered(name, phone.description()))
        return phone

    async def callee(self, name: str, hz: float = 0.0, **of: Any) -> Telephone:
        """A telephone that answers."""
        phone = await self.stack.enter_async_context(telephone(**of))
        phone.reads(await self.session.offered(name))
        phone.says = tone(hz, phone.law) if hz else [SILENT[phone.law]]
        await self.session.agreed(name, phone.description(answers=True))
        return phone

    async def bridged(self, *names: str) -> None:
        await self.session.hear({name: frozenset(names) - {name} for name in names})

    async def has_told(self, *kinds: type[MediaEvent]) -> list[MediaEvent]:
        """The events of these kinds, once there is one."""
        async with asyncio.timeout(5):
            while not (found := [one for one in self.events if isinstance(one, kinds)]):
                await asyncio.sleep(0.02)
        return found


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.02)


async def heard(phone: Telephone, hz: float, *, loud: bool = True) -> list[int]:
    """Two tenths of a second in which the phone hears this tone, or does not; within 5 s, as what is on its way
    comes first."""
    async with asyncio.timeout(5):
        while True:
            found = await phone.hears(0.2)
            strength = level(found, hz)
            if strength > LOUD if loud else strength < FAINT:
                return found


def wav(path: Path, hz: float, seconds: float) -> Path:
    sound = struct.pack(
        f"<{int(8000 * seconds)}h",
        *(round(8000 * math.sin(2 * math.pi * hz * at / 8000)) for at in range(int(8000 * seconds))),
    )
    head = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, 8000, 16_000, 2, 16, b"data", len(sound))
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(head) + len(sound)) + b"WAVE" + head + sound)
    return path
