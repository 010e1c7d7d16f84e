"""What came to the sockets of all legs, read once a tick: a wake-up of the loop for each packet would cost as much as
all that is done with it.

When a packet came is asked of the kernel, where it tells: figures of jitter are the network's then, not the tick's.
"""

import socket
import struct
import sys
from collections.abc import Callable
from selectors import EVENT_READ, DefaultSelector

from hub.media.embedded.rtp import BYTES_LIMIT
from hub.ports.clock import Clock

Address = tuple[str, int]
Take = Callable[[bytes, Address, float], None]
"""Given a datagram, where it came from, and when, in seconds of which only differences mean something."""

_TIMESTAMP = 35
"""Linux: SO_TIMESTAMPNS, and the kind of message that carries it."""
_TIMESPEC = struct.Struct("@ll")
_HAS_TIMES = sys.platform == "linux" and struct.calcsize("@l") == 8
_ANCILLARY_BYTES = socket.CMSG_SPACE(_TIMESPEC.size) if _HAS_TIMES else 0
_ROUNDS = 64
"""Datagrams of one socket in a tick; what is beyond it waits for the next one."""


class Mail:
    """The sockets that are read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._selector = DefaultSelector()

    def deliver(self, one: socket.socket, take: Take) -> None:
        """Give what comes to this socket to `take`, from the next tick on."""
        if _HAS_TIMES:
            one.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        self._selector.register(one, EVENT_READ, take)

    def stop(self, one: socket.socket) -> None:
        """Read it no more."""
        self._selector.unregister(one)

    def read(self) -> None:
        """All that came."""
        for _ in range(_ROUNDS):
            ready = self._selector.select(0)
            if not ready:
                return
            now_s = self._clock.monotonic()
            for key, _events in ready:
                one = key.fileobj
                if not isinstance(one, socket.socket) or one.fileno() < 0:
                    continue  # closed by what came just before
                try:
                    raw, ancillary, _flags, address = one.recvmsg(BYTES_LIMIT + 1, _ANCILLARY_BYTES)
                except OSError:  # nothing there after all, or what an earlier packet of ours met
                    continue
                came_s = now_s
                for _level, kind, when in ancillary:
                    if kind == _TIMESTAMP and len(when) == _TIMESPEC.size:
                        seconds, nanoseconds = _TIMESPEC.unpack(when)
                        came_s = seconds + nanoseconds / 1e9
                key.data(raw, address[:2], came_s)

    def close(self) -> None:
        """No socket is read any more."""
        self._selector.close()
