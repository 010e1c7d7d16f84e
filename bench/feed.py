"""The way in that only benchmarks have: touches over a unix socket, and questions to the process behind it.

Both pipelines that are compared, the hub and the raw one, are fed by this, so that its cost is in both. A frame is
its length (4 bytes, little-endian), one byte that says what it is, and the rest.
"""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import msgspec

TOUCH, ASK = b"t"[0], b"?"[0]
_HEAD = struct.Struct("<IB")


class Fed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A touch as it is fed: its number in the run, who writes, and what. The text ends with `marked`."""

    number: int
    visitor: str
    text: str


_decode = msgspec.msgpack.Decoder(Fed).decode
_encode = msgspec.msgpack.Encoder().encode

_OPEN_S, _ANSWER_S = 30.0, 90.0

MARK = b"(no. "
_DIGITS = 7


def marked(number: int, due_us: int) -> str:
    """The end of a touch's text, by which its pop is known: its number, and when it is due after the start."""
    return f"(no. {number:0{_DIGITS}} due {due_us})"


def number_in(frame: bytes) -> int | None:
    """The number of the newest touch on the card in `frame`."""
    at = frame.find(MARK)
    return None if at < 0 else int(frame[at + len(MARK) : at + len(MARK) + _DIGITS])


def renumbered(frame: bytes, number: int) -> bytes:
    """`frame` with the first mark's number replaced."""
    at = frame.find(MARK) + len(MARK)
    return b"%s%0*d%s" % (frame[:at], _DIGITS, number, frame[at + _DIGITS :])


def touch_frame(fed: Fed) -> bytes:
    """The frame that feeds a touch."""
    body = _encode(fed)
    return _HEAD.pack(len(body), TOUCH) + body


Done = Callable[[], None]
Take = Callable[[Fed, bytes, Done], None]
"""Takes a touch and the bytes it came as; calls `Done` when it is durable."""

Answer = Callable[[dict[str, Any]], Awaitable[Any]]


async def serve_feed(path: Path, take: Take, answer: Answer) -> asyncio.Server:
    """Listen on `path`."""
    loop = asyncio.get_running_loop()
    return await loop.create_unix_server(lambda: _Server(take, answer), str(path))


class _Frames(asyncio.Protocol):
    def __init__(self) -> None:
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        data, at = self._rest + data, 0
        while len(data) - at >= _HEAD.size:
            size, kind = _HEAD.unpack_from(data, at)
            if len(data) - at - _HEAD.size < size:
                break
            at += _HEAD.size
            self.frame(kind, data[at : at + size])
            at += size
        self._rest = data[at:]

    def write(self, kind: int, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_HEAD.pack(len(body), kind) + body)

    def frame(self, kind: int, body: bytes) -> None:
        raise NotImplementedError


class _Server(_Frames):
    def __init__(self, take: Take, answer: Answer) -> None:
        super().__init__()
        self._take = take
        self._answer = answer
        self._acks: list[int] = []
        self._answers: set[asyncio.Task[None]] = set()

    def frame(self, kind: int, body: bytes) -> None:
        if kind == TOUCH:
            fed = _decode(body)
            self._take(fed, body, lambda: self._ack(fed.number))
        else:
            task = asyncio.get_running_loop().create_task(self._asked(json.loads(body)))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    def _ack(self, number: int) -> None:
        # those of one turn of the loop go out together
        if not self._acks:
            asyncio.get_running_loop().call_soon(self._flush)
        self._acks.append(number)

    def _flush(self) -> None:
        acks, self._acks = self._acks, []
        self.write(TOUCH, struct.pack(f"<{len(acks)}I", *acks))

    async def _asked(self, question: dict[str, Any]) -> None:
        self.write(ASK, json.dumps(await self._answer(question)).encode())


class FeedClient(_Frames):
    """The other end. `on_acks` is given the numbers of touches that are durable."""

    def __init__(self, on_acks: Callable[[tuple[int, ...]], None] = lambda _: None) -> None:
        super().__init__()
        self._on_acks = on_acks
        self._asked: asyncio.Future[Any] | None = None

    @classmethod
    async def open(
        cls, path: Path, on_acks: Callable[[tuple[int, ...]], None] = lambda _: None
    ) -> "FeedClient":
        """Connect; a hub opens its feed only a moment after its port."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_OPEN_S):
            while not path.exists():
                await asyncio.sleep(0.05)
        _, client = await loop.create_unix_connection(lambda: cls(on_acks), str(path))
        return client

    def send(self, frames: bytes) -> None:
        """Frames of touches."""
        assert self._transport is not None
        self._transport.write(frames)

    async def ask(self, **question: Any) -> Any:
        """Put a question to the process, one at a time; its answer."""
        self._asked = asyncio.get_running_loop().create_future()
        self.write(ASK, json.dumps(question).encode())
        async with asyncio.timeout(_ANSWER_S):
            return await self._asked

    def frame(self, kind: int, body: bytes) -> None:
        """From the server."""
        if kind == TOUCH:
            self._on_acks(struct.unpack(f"<{len(body) // 4}I", body))
        elif self._asked is not None and not self._asked.done():
            self._asked.set_result(json.loads(body))

    def connection_lost(self, exc: Exception | None) -> None:
        """The process is gone."""
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(exc or ConnectionResetError("the feed was closed"))
