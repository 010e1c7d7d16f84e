"""Writes frames to one WebSocket without ever waiting for its reader: who reads too slowly is closed."""

import asyncio
from collections.abc import Callable
from struct import Struct
from typing import Literal

from aiohttp import WSMsgType
from aiohttp.web import WebSocketResponse

Socket = WebSocketResponse[Literal[False]]
"""A socket whose text frames arrive as the bytes they were."""

_TEXT = int(WSMsgType.TEXT)
_HEAD_1, _HEAD_2, _HEAD_3 = Struct("!BB").pack, Struct("!BBH").pack, Struct("!BBQ").pack


class Outgoing:
    """One socket's writing side. What the reader has not taken stays in the transport's buffer, which may hold
    `backlog_bytes` and must be empty once in `backlog_s`; else `too_slow` is called, and nothing is written
    any more. A frame that finds the buffer empty may be larger.

    A reader is looked at when the next frame finds something left of the earlier ones: right after a write nobody
    can tell, for the loop may keep the frame until the end of its turn."""

    __slots__ = (
        "_backlog_bytes",
        "_backlog_s",
        "_behind_since",
        "_ended",
        "_held",
        "_look",
        "_loop",
        "_too_slow",
        "_transport",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        backlog_bytes: int,
        backlog_s: float,
        too_slow: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._backlog_bytes = backlog_bytes
        self._backlog_s = backlog_s
        self._too_slow = too_slow
        self._ended = False
        self._held: list[bytes] | None = None
        self._loop = asyncio.get_running_loop()
        self._behind_since = 0.0
        self._look: asyncio.TimerHandle | None = None

    def write(self, payload: bytes, kind: int = _TEXT) -> bool:
        """Write one frame now, or keep it (see `hold`). False when it surely was not written: the socket is closing.

        The frame goes to the transport in one piece, past aiohttp's writer: that one costs twice the kernel's
        send, for compression and masks that are not used here, and would wait for the reader. When aiohttp closes
        a socket it closes the transport in the same step, so no frame follows the close.
        """
        if self._held is not None:
            self._held.append(payload)
            return not self._ended
        transport = self._transport
        if self._ended or transport.is_closing():
            return False
        behind = transport.get_write_buffer_size()
        if not behind:
            self._behind_since = self._loop.time()
        elif behind > self._backlog_bytes or self._is_late():
            self._give_up()
            return False
        transport.write(framed(payload, kind))
        return True

    def hold(self) -> None:
        """Keep what is written from now on until `release`; what was kept so far is forgotten."""
        self._held = []

    def release(self, *first: bytes) -> None:
        """Write these frames, then what was kept, and from now on everything at once."""
        held, self._held = self._held or [], None
        for frame in (*first, *held):
            self.write(frame)

    def end(self) -> None:
        """Write nothing more."""
        self._ended = True
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def cut_after(self, seconds: float) -> None:
        """Let the reader take what is left for so long, then drop the connection."""
        if self._transport.get_write_buffer_size():
            self._loop.call_later(seconds, self._transport.abort)

    def _is_late(self) -> bool:
        """Whether the reader has had its time; if not, look again when it has."""
        left_s = self._behind_since + self._backlog_s - self._loop.time()
        if left_s > 0 and self._look is None:
            self._look = self._loop.call_later(left_s, self._look_again)
        return left_s <= 0

    def _look_again(self) -> None:
        self._look = None
        if self._transport.get_write_buffer_size() and self._is_late():
            self._give_up()

    def _give_up(self) -> None:
        self.end()
        self._too_slow()


def framed(payload: bytes, kind: int = _TEXT) -> bytes:
    """One whole frame as a server sends it, unmasked and uncompressed (RFC 6455 section 5.2)."""
    first, size = 0x80 | kind, len(payload)
    if size < 126:
        return _HEAD_1(first, size) + payload
    if size < 1 << 16:
        return _HEAD_2(first, 126, size) + payload
    return _HEAD_3(first, 127, size) + payload
