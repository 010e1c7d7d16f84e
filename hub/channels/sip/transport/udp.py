"""SIP over UDP (RFC 3261, 18): one socket, and a flow for each address that something goes to or comes from."""

import asyncio
import socket
import struct
import sys
from typing import cast

import structlog

from hub.channels.sip.transport.flow import Door, Flow, SendFailed
from hub.channels.sip.way import Transport

log = structlog.get_logger(__name__)

_TELLS_MEMORY = sys.platform == "linux"
_SO_MEMINFO = 55
_MEMORY = struct.Struct("=II")
"""The first two of its nine numbers: bytes that wait to be read, and how many may."""
RECEIVE_BYTES = 4 * 1024 * 1024
"""A burst waits here while the loop is busy; the kernel gives what it allows."""


class UdpFlow:
    """One address. There is no connection: nobody knows whether the other end is there."""

    __slots__ = ("_endpoint", "host", "port")
    transport: Transport = "UDP"

    def __init__(self, endpoint: "UdpEndpoint", host: str, port: int) -> None:
        self._endpoint = endpoint
        self.host = host
        self.port = port

    @property
    def id(self) -> str:
        """Its name."""
        return f"udp:{self.host}:{self.port}"

    @property
    def is_open(self) -> bool:
        """As long as we listen."""
        return self._endpoint.is_open

    def send(self, data: bytes) -> None:
        """One datagram. Raises SendFailed."""
        self._endpoint.send(data, self.host, self.port)


class UdpEndpoint(asyncio.DatagramProtocol):
    """The socket."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.socket: socket.socket | None = None
        """What it listens on, to ask the kernel how much waits."""
        self._transport: asyncio.DatagramTransport | None = None
        self._is_full = False

    @property
    def is_open(self) -> bool:
        """Whether it can send."""
        return self._transport is not None and not self._transport.is_closing()

    def waits(self) -> float:
        """Which share of the room for what came is taken, 0 to 1; 0 where the kernel does not tell (not on Linux)."""
        if self.socket is None or not self.is_open or not _TELLS_MEMORY:
            return 0.0
        try:
            taken, room = _MEMORY.unpack_from(self.socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 36))
        except OSError:
            return 0.0
        return float(taken / room) if room else 0.0

    def flow(self, host: str, port: int) -> Flow:
        """The flow to that address."""
        return UdpFlow(self, host, port)

    def send(self, data: bytes, host: str, port: int) -> None:
        """Raises SendFailed."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise SendFailed("nothing listens on UDP")
        if self._is_full:
            raise SendFailed("too much waits to be sent")
        try:
            transport.sendto(data, (host, port))
        except OSError as exc:
            raise SendFailed("the datagram was not taken") from exc

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It listens."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A datagram."""
        host, port = addr[0], addr[1]
        # an empty one, or a line end, keeps somebody's NAT open
        if len(data) > 4 and self._door.allowed(host, "UDP"):
            self._door.datagram(UdpFlow(self, host, port), data)

    def pause_writing(self) -> None:
        """The kernel takes nothing for now, and enough waits: what comes now is lost, as on any full network."""
        self._is_full = True

    def resume_writing(self) -> None:
        """There is room again."""
        self._is_full = False

    def error_received(self, exc: Exception) -> None:
        """Something did not arrive, and the kernel does not say what: the transaction's time will tell."""
        log.debug("udp_error", error=type(exc).__name__)

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket for `UdpEndpoint`. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
