"""Messages out of a stream of bytes, TCP or TLS, each as long as its Content-Length says (RFC 3261, 18.3)."""

from enum import Enum

from hub.channels.sip.message import Message
from hub.channels.sip.parse import HEAD_END, LIMITS, Head, Limits, head_of, whole
from hub.channels.sip.refusal import Refused


class KeepAlive(Enum):
    """What a peer sends between messages so that its connection stays (RFC 5626, 3.5.1)."""

    PING = b"\r\n\r\n"
    """To be answered with PONG's bytes."""
    PONG = b"\r\n"
    """Also the empty line that may stand before a message (RFC 3261, 7.5), and half a ping: nothing to do."""


class Stream:
    """One direction of a connection. After `is_over` the connection is of no use and should be closed.

    It holds at most one message's bytes beyond what one call of `feed` brings.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._waiting = bytearray()
        self._searched = 0
        self._head: Head | None = None
        self._half_a_ping = False
        self.is_over = False
        """Nobody can tell where the next message begins."""

    @property
    def is_within_a_message(self) -> bool:
        """Whether the peer owes the rest of a message: a deadline should run."""
        return self._head is not None or bool(self._waiting)

    def feed(self, data: bytes) -> list[Message | Refused | KeepAlive]:
        """What has come as a whole with these bytes, in order. Nothing once the stream is over."""
        if self.is_over:
            return []
        self._waiting += data
        found: list[Message | Refused | KeepAlive] = []
        try:
            while (one := self._next()) is not None:
                found.append(one)
        except Refused as refused:
            self._finish()
            found.append(refused)
        return found

    def _next(self) -> Message | Refused | KeepAlive | None:
        """The next thing that is whole. Raises Refused when nothing can be after it."""
        if self._head is None:
            if (alive := self._keep_alive()) is not None:
                return alive
            self._head = self._next_head()
        head = self._head
        if head is None or head.body_bytes is None or len(self._waiting) < head.body_bytes:
            return None
        body = bytes(self._waiting[: head.body_bytes])
        del self._waiting[: head.body_bytes]
        self._head = None
        try:
            return whole(head, body)
        except Refused as refused:
            return refused

    def _keep_alive(self) -> KeepAlive | None:
        """A line end tells at once, as a pong is nothing else; one more right behind it makes both a ping."""
        if not self._waiting.startswith(KeepAlive.PONG.value):
            self._half_a_ping = self._half_a_ping and bytes(self._waiting[:2]) in (b"", b"\r")
            return None
        if self._half_a_ping or self._waiting.startswith(KeepAlive.PING.value):
            del self._waiting[: 2 if self._half_a_ping else 4]
            self._half_a_ping = False
            return KeepAlive.PING
        del self._waiting[:2]
        self._half_a_ping = True
        return KeepAlive.PONG

    def _next_head(self) -> Head | None:
        limit = self._limits.message_bytes
        end = self._waiting.find(HEAD_END, self._searched, limit)
        if end < 0:
            self._searched = max(0, len(self._waiting) - len(HEAD_END) + 1)
            if len(self._waiting) < limit:
                return None
            raise _refusal_of(bytes(self._waiting[:limit]), self._limits)
        self._searched = 0
        head = head_of(bytes(self._waiting[:end]), self._limits)
        del self._waiting[: end + len(HEAD_END)]
        if head.body_bytes is None:
            raise head.refused(400, "a message in a stream has a Content-Length", ends_stream=True)
        if end + len(HEAD_END) + head.body_bytes > limit:
            raise head.refused(513, "the message is too large", ends_stream=True)
        return head

    def _finish(self) -> None:
        self.is_over = True
        self._waiting.clear()
        self._head = None


def _refusal_of(head_without_end: bytes, limits: Limits) -> Refused:
    try:
        head = head_of(head_without_end, limits)
    except Refused as refused:
        return refused
    return head.refused(513, "the message is too large", ends_stream=True)
