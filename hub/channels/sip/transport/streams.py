"""SIP over TCP and TLS (RFC 3261, 18.3; RFC 5626, 3.5.1): connections that we accept or make, each one flow."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog

from hub.channels.sip.refusal import Refused
from hub.channels.sip.stream import KeepAlive, Stream
from hub.channels.sip.transport.flow import Door, SendFailed
from hub.channels.sip.way import Transport

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a connection is kept, in seconds, and how much may wait to be sent on it, in bytes.

    `idle_s` is the time in which nothing comes or goes; `message_s` the one that the rest of a message may take,
    `stranger_s` the one in which somebody who has not signed in sends no sound message.
    """

    idle_s: float = 3_600.0
    stranger_s: float = 10.0
    message_s: float = 10.0
    backlog_bytes: int = 1024 * 1024


PATIENCE = Patience()


class StreamFlow(asyncio.Protocol):
    """One connection. `opened` and `closed` are told of it."""

    def __init__(
        self,
        flow_id: str,
        transport: Transport,
        door: Door,
        *,
        opened: Callable[["StreamFlow"], bool] = lambda _: True,
        closed: Callable[["StreamFlow"], None] = lambda _: None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.id = flow_id
        self.transport: Transport = transport
        self.host = ""
        self.port = 0
        self._door = door
        self._opened = opened
        self._closed = closed
        self._patience = patience
        self._stream = Stream(door.limits)
        self._wire: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._used_at_s = 0.0
        self._said_at_s = 0.0
        """When the last sound message came, or the connection was made."""
        self._is_trusted = False
        self._within_since_s: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything can be sent."""
        return self._wire is not None and not self._wire.is_closing()

    def send(self, data: bytes) -> None:
        """Raises SendFailed; a reader that is too slow is cut off."""
        wire = self._wire
        if wire is None or wire.is_closing():
            raise SendFailed("the connection is closed")
        if wire.get_write_buffer_size() > self._patience.backlog_bytes:
            wire.abort()
            raise SendFailed("the other side does not read")
        wire.write(data)
        self._used_at_s = asyncio.get_running_loop().time()

    def trust(self) -> None:
        """See `crowd.Connection`."""
        self._is_trusted = True

    def cut(self) -> None:
        """See `crowd.Connection`."""
        if self._wire is not None:
            self._wire.abort()

    def close(self) -> None:
        """Close it once what waits was sent, and cut it if that takes too long."""
        if self._wire is not None and not self._wire.is_closing():
            self._wire.close()
            asyncio.get_running_loop().call_later(2.0, self._wire.abort)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        wire = cast("asyncio.Transport", transport)
        peer = wire.get_extra_info("peername") or ("", 0)
        self.host, self.port = str(peer[0]), int(peer[1])
        self._wire = wire
        self._used_at_s = self._said_at_s = asyncio.get_running_loop().time()
        if not self._opened(self):
            wire.abort()
            return
        self._look_at(self._ends_at_s())

    def data_received(self, data: bytes) -> None:
        """Bytes, of half a message or of several."""
        self._used_at_s = asyncio.get_running_loop().time()
        if self._wire is None or self._wire.is_closing():
            return
        if not self._door.allowed(self.host, self.transport):
            self._wire.abort()
            return
        for one in self._stream.feed(data):
            if isinstance(one, KeepAlive):
                if one is KeepAlive.PING and self.is_open:
                    self._wire.write(KeepAlive.PONG.value)
            elif isinstance(one, Refused):
                self._door.refused(self, one)
            else:
                self._said_at_s = self._used_at_s
                self._door.message(self, one)
        if self._stream.is_over:
            self.close()
        if not self._stream.is_within_a_message:
            self._within_since_s = None
        elif self._within_since_s is None:
            self._within_since_s = self._used_at_s
            if self._watch is not None and self._watch.when() > (ends_s := self._ends_at_s()):
                self._look_at(ends_s)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why does not matter
        """It is closed."""
        if self._watch is not None:
            self._watch.cancel()
        was_open, self._wire = self._wire is not None, None
        if was_open:
            self._closed(self)
            self._door.closed(self)

    def _ends_at_s(self) -> float:
        """When it is closed unless something comes."""
        patience = self._patience
        ends_s = self._used_at_s + patience.idle_s
        if not self._is_trusted:
            ends_s = min(ends_s, self._said_at_s + patience.stranger_s)
        if self._within_since_s is not None:
            ends_s = min(ends_s, self._within_since_s + patience.message_s)
        return ends_s

    def _look_at(self, at_s: float) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = asyncio.get_running_loop().call_at(at_s, self._look)

    def _look(self) -> None:
        ends_s = self._ends_at_s()
        if ends_s <= asyncio.get_running_loop().time():
            self.close()
        else:
            self._look_at(ends_s)
