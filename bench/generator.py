"""Plays the world around a pipeline, in a process of its own: the clients who write, and every agent's console.

`python -m bench.generator SETUP`. Runs are asked for on standard input, one JSON line each (see `Run`), and answered
on standard output. The consoles are real WebSockets, spoken by the `websockets` library's protocol; each pings every
five seconds, as a console does.

In an open loop the whole schedule is fixed before the start, and a touch is as late as its pop comes after the moment
it was *due*, whenever it was truly sent. How far the sending lagged behind is reported too.
"""

import asyncio
import base64
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import cast

import msgspec
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from bench.feed import Fed, FeedClient, marked, number_in, touch_frame
from bench.floor import token_of, visitor_of
from bench.harness import percentile

_OFFER = b'{"kind":"reservation_offered"'
_HELLO = b'{"kind":"hello"}'
_PING = b'{"kind":"ping"}'
_PING_EVERY_S = 5.0
_CONNECTING = 20
_SPIN_S = 0.002
_SILENT_S = 10.0
_LINGER_S = 0.2

_SENTENCES = (
    "Good morning, my order has not arrived yet, could you please look where it is?",
    "Hello! The kettle I bought last week does not switch off by itself any more.",
    "I would like to change the delivery address of my order, is that still possible?",
    "Hi, the invoice you sent me has the wrong company name on it, please correct it.",
)


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to play for. `url` is that of the sockets, `core` the CPU to keep to, if any."""

    feed: str
    url: str
    origin: str
    agents: int
    persons: int
    core: int | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """`touches` touches, numbered from `first`: `rate` a second, or with `rate` 0 as fast as pops come back,
    `in_flight` at a time."""

    touches: int
    first: int
    rate: float = 0.0
    in_flight: int = 256


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a run. Times are from the moment a touch was due to its pop, in milliseconds."""

    acks: int
    pops: int
    doubled: int
    strangers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    most_ms: float
    lag_p99_ms: float
    sample: str


class Console(asyncio.Protocol):
    """One agent's console."""

    def __init__(self, world: "World", url: str, origin: str, token: str) -> None:
        self._world = world
        self._ws = ClientProtocol(parse_uri(url), origin=origin, max_size=None)  # type: ignore[arg-type]
        self._token = token
        self._transport: asyncio.WriteTransport | None = None
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        self._transport = cast(asyncio.WriteTransport, transport)
        request = self._ws.connect()
        request.headers["Cookie"] = f"touchline={self._token}"
        self._ws.send_request(request)
        self._write()

    def data_received(self, data: bytes) -> None:
        """Frames from the hub."""
        self._ws.receive_data(data)
        for event in self._ws.events_received():
            if isinstance(event, Response):
                if self._ws.handshake_exc is not None:
                    self.greeted.set_exception(self._ws.handshake_exc)
                    return
                self.say(_HELLO)
            elif isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.BINARY}:
                if not self.greeted.done():
                    self.greeted.set_result(None)
                elif event.data[:29] == _OFFER:
                    self._world.popped(bytes(event.data))
        self._write()

    def connection_lost(self, exc: Exception | None) -> None:
        """The hub is gone, or closed this console."""
        if not self.greeted.done():
            self.greeted.set_exception(exc or ConnectionResetError("the socket was closed"))

    def say(self, frame: bytes) -> None:
        """Send a text frame."""
        self._ws.send_text(frame)
        self._write()

    def _write(self) -> None:
        if self._transport is not None:
            for data in self._ws.data_to_send():
                if data:
                    self._transport.write(data)


class World:
    """Everybody outside, and the stop watch."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._random = random.Random(1)
        self._consoles: list[Console] = []
        self._feed: FeedClient | None = None
        self._first = 0
        self._acks = 0
        self._due: list[float] = []
        self._pop_at: list[float] = []
        self._left = 0
        self._doubled = 0
        self._strangers = 0
        self._sample = b""
        self._unsent: list[bytes] = []
        self._lag: list[float] = []
        self._over: asyncio.Future[None] | None = None

    async def gather(self) -> float:
        """Connect everybody; the seconds it took."""
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        self._feed = await FeedClient.open(Path(self._setup.feed), self._acked)
        host, _, port = self._setup.url.removeprefix("ws://").partition("/")[0].partition(":")
        limit = asyncio.Semaphore(_CONNECTING)

        async def come(number: int) -> Console:
            async with limit:
                _, console = await loop.create_connection(
                    lambda: Console(self, self._setup.url, self._setup.origin, token_of(number)),
                    host,
                    int(port),
                )
                await console.greeted
            return console

        self._consoles = list(await asyncio.gather(*map(come, range(self._setup.agents))))
        return time.perf_counter() - began

    async def ping(self) -> None:
        """Every console once in five seconds, one after the other; until cancelled."""
        while True:
            for console in self._consoles:
                console.say(_PING)
                await asyncio.sleep(_PING_EVERY_S / len(self._consoles))

    async def play(self, run: Run) -> Outcome:
        """One run, from its first touch to its last pop."""
        gaps = [self._random.expovariate(run.rate) if run.rate else 0.0 for _ in range(run.touches)]
        self._due, due = [], 0.0
        for gap in gaps:
            due += gap
            self._due.append(due)
        frames = [self._frame(run.first + n, due) for n, due in enumerate(self._due)]
        self._first, self._left = run.first, run.touches
        self._acks = self._doubled = self._strangers = 0
        self._pop_at = [0.0] * run.touches
        self._lag = []
        self._over = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        if run.rate:
            self._due = [began + due for due in self._due]
            await self._send_on_time(frames)
        else:
            self._due = [began] * run.touches
            self._unsent = frames[: run.in_flight - 1 : -1]
            assert self._feed is not None
            self._feed.send(b"".join(frames[: run.in_flight]))
        await self._wait()
        seconds = (max(self._pop_at) or time.perf_counter()) - began
        await asyncio.sleep(_LINGER_S)  # a second pop of the same touch would come now
        late = [(at - due) * 1000 for at, due in zip(self._pop_at, self._due, strict=True) if at]
        return Outcome(
            acks=self._acks,
            pops=run.touches - self._left,
            doubled=self._doubled,
            strangers=self._strangers,
            seconds=seconds,
            p50_ms=percentile(late, 50) if late else 0.0,
            p99_ms=percentile(late, 99) if late else 0.0,
            most_ms=max(late, default=0.0),
            lag_p99_ms=percentile(self._lag, 99) * 1000 if self._lag else 0.0,
            sample=base64.b64encode(self._sample).decode(),
        )

    def popped(self, frame: bytes) -> None:
        """A card came up on somebody's screen."""
        now = time.perf_counter()
        number = number_in(frame)
        index = -1 if number is None else number - self._first
        if not 0 <= index < len(self._pop_at):
            self._strangers += 1
        elif self._pop_at[index]:
            self._doubled += 1
        else:
            self._pop_at[index] = now
            self._sample = frame
            self._left -= 1
            if self._unsent and self._feed is not None:
                self._feed.send(self._unsent.pop())
            if not self._left and self._over is not None and not self._over.done():
                self._over.set_result(None)

    def _acked(self, numbers: tuple[int, ...]) -> None:
        self._acks += len(numbers)

    def _frame(self, number: int, due: float) -> bytes:
        text = f"{self._random.choice(_SENTENCES)} {marked(number, int(due * 1e6))}"
        return touch_frame(Fed(number, visitor_of(number % self._setup.persons), text))

    async def _send_on_time(self, frames: list[bytes]) -> None:
        assert self._feed is not None
        at = 0
        while at < len(frames):
            now = time.perf_counter()
            begin = at
            while at < len(frames) and self._due[at] <= now:
                self._lag.append(now - self._due[at])
                at += 1
            if at > begin:
                self._feed.send(b"".join(frames[begin:at]))
            elif self._due[at] - now > _SPIN_S:
                await asyncio.sleep(self._due[at] - now - _SPIN_S)
            await asyncio.sleep(0)  # timers are too coarse for what is left

    async def _wait(self) -> None:
        assert self._over is not None
        left = -1
        while not self._over.done() and left != self._left:
            left = self._left
            await asyncio.wait([self._over], timeout=_SILENT_S)


async def _serve(setup: Setup) -> None:
    world = World(setup)
    _say({"gathered_s": await world.gather()})
    pings = asyncio.create_task(world.ping())
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        _say(msgspec.to_builtins(await world.play(msgspec.json.decode(line, type=Run))))
    pings.cancel()


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(argument: str) -> None:
    """Play until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    if setup.core is not None:
        os.sched_setaffinity(0, {setup.core})
    with asyncio.Runner() as runner:
        runner.run(_serve(setup))


if __name__ == "__main__":
    main(sys.argv[1])
