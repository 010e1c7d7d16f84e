"""Writes frames to one WebSocket without ever waiting for its reader: who reads too slowly is closed."""

import asyncio
from collections.abc import Callable
from typing import Literal

from aiohttp import WSMsgType
from aiohttp.web import WebSocketResponse

Socket = WebSocketResponse[Literal[False]]
"""A socket whose text frames arrive as the bytes they were."""

NEVER_WAIT_BYTES = 1 << 62
"""aiohttp would wait for the reader after so many bytes; the limit that counts is the one below."""


class Outgoing:
    """One socket's writing side. What the reader has not taken stays in the transport's buffer, which may hold
    `backlog_bytes` and must be empty once in `backlog_s`; else `too_slow` is called, and nothing is written
    any more. A frame that finds the buffer empty may be larger."""

    def __init__(
        self,
        socket: Socket,
        transport: asyncio.Transport,
        *,
        backlog_bytes: int,
        backlog_s: float,
        too_slow: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._backlog_bytes = backlog_bytes
        self._backlog_s = backlog_s
        self._too_slow = too_slow
        self._ended = False
        self._behind_since = 0.0
        self._look: asyncio.TimerHandle | None = None

    async def write(self, payload: bytes, kind: WSMsgType = WSMsgType.TEXT) -> bool:
        """Write one frame now. False when it surely was not written: the socket is closing."""
        if self._ended or self._transport.is_closing():
            return False
        behind = self._transport.get_write_buffer_size()
        if behind > self._backlog_bytes:
            self._give_up()
            return False
        try:
            await self._socket.send_frame(payload, kind)
        except ConnectionError:
            return False
        if not behind and self._transport.get_write_buffer_size():
            self._watch()
        return True

    def write_now(self, payload: bytes) -> bool:
        """The same from code that cannot wait. Nothing here ever does: the writer's limit is NEVER_WAIT_BYTES
        and frames are not compressed, so one step of the coroutine is all of it."""
        step = self.write(payload)
        try:
            step.send(None)
        except StopIteration as done:
            return bool(done.value)
        step.close()
        self._give_up()
        return False

    def end(self) -> None:
        """Write nothing more."""
        self._ended = True
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def cut_after(self, seconds: float) -> None:
        """Let the reader take what is left for so long, then drop the connection."""
        if self._transport.get_write_buffer_size():
            asyncio.get_running_loop().call_later(seconds, self._transport.abort)

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._behind_since = loop.time()
        if self._look is None:
            self._look = loop.call_later(self._backlog_s, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        if not self._transport.get_write_buffer_size():
            return
        loop = asyncio.get_running_loop()
        left_s = self._behind_since + self._backlog_s - loop.time()
        if left_s > 0:
            self._look = loop.call_later(left_s, self._look_again)
        else:
            self._give_up()

    def _give_up(self) -> None:
        self.end()
        self._too_slow()
