"""The side of `bench.media` that is measured, in a process of its own: an engine with recorded bridges, or a bare
pacer that does nothing but read and write.

Takes commands by its input, a word a line, and answers each with a line of JSON.
"""

import asyncio
import json
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from random import Random
from selectors import EVENT_READ, DefaultSelector
from typing import cast

import structlog

from hub.clock import SystemClock
from hub.media.embedded.engine import EmbeddedEngine
from hub.media.embedded.pace import Lateness
from hub.ports.media import MediaEvent

TICK_S = 0.02
SILENCE = b"\xff" * 160


class Counting:
    """A sink that keeps nothing."""

    def __init__(self) -> None:
        self.frames = 0

    def write(self, left: bytes, right: bytes) -> None:
        """20 ms of both sides."""
        self.frames += len(left) == len(right) == 320


async def pacer(streams: int, phones: list[int]) -> None:
    """A socket a stream: what comes is read, each 20 ms the same is sent."""
    loop = asyncio.get_running_loop()
    sockets, selector = [], DefaultSelector()
    for _ in range(streams):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setblocking(False)
        one.bind(("127.0.0.1", 0))
        selector.register(one, EVENT_READ)
        sockets.append(one)
    told(ports=[one.getsockname()[1] for one in sockets])
    stopping = asyncio.Event()
    lateness = Lateness()

    async def state() -> dict[str, float]:
        late = {"clock_p99_ms": lateness.at_most_ms(99), "clock_most_ms": lateness.at_most_ms()}
        lateness._late_s.clear()
        return late

    asks = asyncio.create_task(answers(stopping, state))
    due, sequence = loop.time(), 0
    while not stopping.is_set():
        due += TICK_S
        await asyncio.sleep(max(0.0, due - loop.time()))
        lateness.add(max(0.0, loop.time() - due))
        while ready := selector.select(0):
            for key, _ in ready:
                cast("socket.socket", key.fileobj).recvfrom(2048)
        sequence += 1
        packet = struct.pack("!BBHII", 0x80, 0, sequence & 0xFFFF, 160 * sequence & 0xFFFFFFFF, 7) + SILENCE
        for one, phone in zip(sockets, phones, strict=True):
            one.sendto(packet, ("127.0.0.1", phone))
    await asks


def no_events(_event: MediaEvent) -> None:
    """Nobody listens to them."""


async def engine(streams: int, phones: list[int]) -> None:
    """Bridges of two streams each, all recorded."""
    made = EmbeddedEngine(
        clock=SystemClock(), chance=Random(1), port_min=32_000, port_max=38_000, browsers=False
    )
    async with made.running():
        ports, sessions, sinks = [], [], []
        for pair in range(0, streams, 2):
            session = await made.open(f"call-{pair}", no_events)
            for name, phone in (("a", phones[pair]), ("b", phones[pair + 1])):
                lines = [
                    "v=0",
                    "o=- 1 1 IN IP4 127.0.0.1",
                    "s=-",
                    "c=IN IP4 127.0.0.1",
                    "t=0 0",
                    f"m=audio {phone} RTP/AVP 0",
                ]
                answer = await session.answered(name, "".join(f"{line}\r\n" for line in lines).encode())
                ports.append(int(answer.partition(b"m=audio ")[2].partition(b" ")[0]))
            await session.hear({"a": frozenset("b"), "b": frozenset("a")})
            sinks.append(Counting())
            await session.record("a", sinks[-1])
            sessions.append(session)
        told(ports=ports)

        async def state() -> dict[str, float]:
            lost = late = received = 0
            for session in sessions:
                for name in "ab":
                    quality = await session.quality(name)
                    lost, late, received = (
                        lost + quality.lost,
                        late + quality.late,
                        received + quality.received,
                    )
            load = made.load()
            made._lateness._late_s.clear()  # the next answer is about what comes until then
            return {
                "lost": lost,
                "late": late,
                "received": received,
                "recorded": sum(one.frames for one in sinks),
                "clock_p99_ms": load.details["late_p99_ms"],
                "clock_most_ms": load.late_ms,
            }

        await answers(asyncio.Event(), state)


async def answers(stopping: asyncio.Event, state: Callable[[], Awaitable[dict[str, float]]]) -> None:
    """`state` is answered with the CPU seconds of this process and what it says; anything else ends it."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while (await reader.readline()).strip() == b"state":
        cpu_s = time.process_time()
        told(cpu_s=cpu_s, **await state())
    stopping.set()


def told(**said: object) -> None:
    """A line of JSON."""
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    sides = {"pacer": pacer, "engine": engine}
    asyncio.run(sides[sys.argv[1]](int(sys.argv[2]), json.loads(sys.argv[3])))
