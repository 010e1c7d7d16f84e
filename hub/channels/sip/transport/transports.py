"""All ways in and out of one node: what listens, which connections there are, and how an address is reached."""

import asyncio
import errno
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from itertools import count
from typing import Self

import structlog

from hub.channels.sip.grammar import Params
from hub.channels.sip.headers import NameAddr, Via
from hub.channels.sip.transport.crowd import Connection, Crowd
from hub.channels.sip.transport.flow import Door, Flow, Unreachable
from hub.channels.sip.transport.names import Place, Resolver, literal, places
from hub.channels.sip.transport.own_address import own_address
from hub.channels.sip.transport.srv import SystemResolver
from hub.channels.sip.transport.streams import PATIENCE, Patience, StreamFlow
from hub.channels.sip.transport.udp import UdpEndpoint, bound_socket
from hub.channels.sip.uri import sip_uri
from hub.channels.sip.way import Hop, Transport
from hub.http import PortTaken

log = structlog.get_logger(__name__)

DATAGRAM_BYTES = 1_300
"""A request beyond this goes by a connection, if the other side takes one (RFC 3261, 18.1.1)."""
_CONNECT_S = 4.0
_TRY_TCP_S = 1.0
_HANDSHAKE_S = 10.0
_NO_TCP_S = 600.0
"""How long a place that took no connection for a large request is not asked again."""
_USER = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen. A `port` of 0 takes any free one, the same for UDP and TCP. `public_host` is the address
    that others are told; empty: the one listened on, or the one by which each of them is reached."""

    host: str = "127.0.0.1"
    port: int = 5060
    tls_port: int = 5061
    tls: ssl.SSLContext | None = None
    client_tls: ssl.SSLContext | None = None
    public_host: str = ""
    connections: int = 2_000
    connections_per_address: int = 100
    patience: Patience = field(default=PATIENCE)


class Transports:
    """Opened and closed by `async with`; `door` tells what comes in, `is_known` whether somebody of the house's is at
    an address: a trunk, whose connections wait for nothing."""

    def __init__(
        self,
        listening: Listening,
        door: Door,
        *,
        resolver: Resolver | None = None,
        is_known: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._listening = listening
        self._door = door
        self._host = listening.public_host or listening.host
        self._is_anywhere = _is_any(self._host)
        self.resolver = resolver or SystemResolver()
        self._udp = UdpEndpoint(door)
        self._servers: list[asyncio.Server] = []
        self._is_known = is_known
        self._crowd = Crowd(listening.connections, listening.connections_per_address)
        self._by_place: dict[tuple[Transport, str, int], Flow] = {}
        self._connecting: dict[tuple[Transport, str, int], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._no_tcp_until_s: dict[tuple[str, int], float] = {}
        self._numbers = count(1)
        self.port = 0
        """The port of UDP and TCP, once they listen."""
        self.tls_port = 0
        """The port of TLS, 0 without."""

    async def __aenter__(self) -> Self:
        """Listen. Raises PortTaken, OSError."""
        try:
            await self._open()
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._close()
        for server in self._servers:
            await server.wait_closed()

    async def _open(self) -> None:
        at, loop = self._listening, asyncio.get_running_loop()
        setting, port = "channels.sip.port", at.port
        try:
            for attempt in range(10):
                server = await loop.create_server(lambda: self._accepted("TCP"), at.host, at.port)
                self.port = port = int(server.sockets[0].getsockname()[1])
                try:
                    sock = bound_socket(at.host, port)
                except OSError as error:
                    server.close()
                    # the port was free for TCP only: another one then, if any will do
                    if at.port or error.errno != errno.EADDRINUSE or attempt == 9:
                        raise
                    continue
                self._servers.append(server)
                self._udp.socket = sock
                await loop.create_datagram_endpoint(lambda: self._udp, sock=sock)
                break
            if at.tls is not None:
                setting, port = "channels.sip.tls_port", at.tls_port
                server = await loop.create_server(
                    lambda: self._accepted("TLS"),
                    at.host,
                    at.tls_port,
                    ssl=at.tls,
                    ssl_handshake_timeout=_HANDSHAKE_S,
                )
                self._servers.append(server)
                self.tls_port = int(server.sockets[0].getsockname()[1])
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(at.host, port, setting) from error
            raise

    def waits(self) -> float:
        """How full the queue of what came by UDP is, 0 to 1."""
        return self._udp.waits()

    def _close(self) -> None:
        self._udp.close()
        for server in self._servers:
            server.close()
        for flow in self._crowd.all():
            if isinstance(flow, StreamFlow):
                flow.close()

    def _accepted(self, transport: Transport) -> StreamFlow:
        return StreamFlow(
            self._name(transport),
            transport,
            self._door,
            opened=self._let_in,
            closed=self.remove,
            patience=self._listening.patience,
        )

    def _let_in(self, flow: StreamFlow) -> bool:
        if not self.has_room_for(flow.host) or not self._door.allowed(flow.host, flow.transport):
            return False
        self.add(flow)
        return True

    def has_room_for(self, address: str) -> bool:
        """Whether this address may have one more connection."""
        return self._crowd.has_room_for(address)

    def _name(self, transport: Transport) -> str:
        return f"{transport.lower()}:{next(self._numbers)}"

    @property
    def patience(self) -> Patience:
        """How long connections are kept."""
        return self._listening.patience

    def add(self, flow: Connection, *, trusted: bool = False) -> None:
        """A connection that is open: one that came, which is a stranger's, or one of ours."""
        is_known = trusted or self._is_known(flow.host)
        leaves = self._crowd.enter(flow, trusted=is_known)
        if is_known:
            flow.trust()
        if leaves is not None:
            self.remove(leaves)
            leaves.cut()
        self._by_place[flow.transport, flow.host, flow.port] = flow

    def trust(self, flow: Flow) -> None:
        """Somebody signed in by it."""
        self._crowd.trust(flow.id)

    def remove(self, flow: Connection) -> None:
        """It is closed."""
        if self._crowd.leave(flow.id) is None:
            return
        key = (flow.transport, flow.host, flow.port)
        if self._by_place.get(key) is flow:
            del self._by_place[key]

    def new_name(self, transport: Transport) -> str:
        """A name for a connection that somebody else will `add`."""
        return self._name(transport)

    def flow(self, flow_id: str) -> Flow | None:
        """The flow of that name, None when it is closed."""
        if flow_id.startswith("udp:"):
            host, _, port = flow_id[4:].rpartition(":")
            return self._udp.flow(host, int(port)) if self._udp.is_open else None
        flow = self._crowd.named(flow_id)
        return flow if flow is not None and flow.is_open else None

    def ready(self, hop: Hop, size: int = 0) -> Flow | None:
        """The flow to that hop, if there is one without waiting."""
        place = literal(hop)
        if place is None:
            return None
        if hop.transport == "UDP":
            if size > DATAGRAM_BYTES and not self._takes_no_tcp(place):
                return self._open_to("TCP", place)
            return self._udp.flow(place.address, place.port)
        return self._open_to(hop.transport, place)

    async def reach(self, hop: Hop, size: int = 0) -> Flow:
        """The flow to that hop, connected if need be; `size` is that of the request in bytes. Raises Unreachable."""
        if (flow := self.ready(hop, size)) is not None:
            return flow
        failed: Exception | None = None
        for place in await places(hop, self.resolver):
            try:
                return await self._reach(hop, place, size)
            except (OSError, TimeoutError) as exc:
                failed = exc
        raise Unreachable("no connection to where the request goes") from failed

    async def _reach(self, hop: Hop, place: Place, size: int) -> Flow:
        if hop.transport != "UDP":
            if hop.transport in ("WS", "WSS"):
                raise Unreachable("a browser is reached by its own connection only")
            return await self._connected(hop.transport, place, _CONNECT_S)
        if size > DATAGRAM_BYTES and not self._takes_no_tcp(place):
            try:
                return await self._connected("TCP", place, _TRY_TCP_S)
            except (OSError, TimeoutError):
                now_s = asyncio.get_running_loop().time()
                if len(self._no_tcp_until_s) >= 1_000:
                    self._no_tcp_until_s.clear()
                self._no_tcp_until_s[place.address, place.port] = now_s + _NO_TCP_S
        return self._udp.flow(place.address, place.port)

    def _takes_no_tcp(self, place: Place) -> bool:
        until_s = self._no_tcp_until_s.get((place.address, place.port))
        return until_s is not None and asyncio.get_running_loop().time() < until_s

    def _open_to(self, transport: Transport, place: Place) -> Flow | None:
        flow = self._by_place.get((transport, place.address, place.port))
        return flow if flow is not None and flow.is_open else None

    async def _connected(self, transport: Transport, place: Place, within_s: float) -> Flow:
        key = (transport, place.address, place.port)
        lock = self._connecting[key]
        try:
            async with asyncio.timeout(within_s), lock:
                if (flow := self._open_to(transport, place)) is not None:
                    return flow
                context = None
                if transport == "TLS":
                    context = self._listening.client_tls or ssl.create_default_context()
                made = StreamFlow(
                    self._name(transport),
                    transport,
                    self._door,
                    closed=self.remove,
                    patience=self._listening.patience,
                )
                await asyncio.get_running_loop().create_connection(
                    lambda: made,
                    place.address,
                    place.port,
                    ssl=context,
                    server_hostname=place.name if context is not None else None,
                )
                self.add(made, trusted=True)
                return made
        finally:
            if not lock.locked():
                self._connecting.pop(key, None)

    def via(self, flow: Flow, branch: str) -> Via:
        """The Via of a request that goes by that flow."""
        host, port = self._here(flow)
        params = Params((("branch", branch), ("rport", None)))
        return Via(flow.transport, f"[{host}]" if ":" in host else host, port, params)

    def contact(self, flow: Flow, user: str = _USER) -> NameAddr:
        """Where whoever is at the other end of that flow reaches us."""
        return _contact(user, *self._here(flow), flow.transport)

    def _here(self, flow: Flow) -> tuple[str, int]:
        port = self.tls_port if flow.transport == "TLS" and self.tls_port else self.port
        return (own_address(flow.host) if self._is_anywhere else self._host), port


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


@lru_cache(maxsize=1_000)
def _contact(user: str, host: str, port: int, transport: Transport) -> NameAddr:
    params = () if transport == "UDP" else (("transport", transport.lower()),)
    return NameAddr(sip_uri(user, host, port, params=params))
