"""SIP over WebSocket (RFC 7118): browsers, by the house's own port. Each socket is one flow."""

import asyncio
from collections.abc import Callable, Collection
from http import HTTPStatus

import structlog
from aiohttp import WSMsgType, hdrs, web

from hub.channels.sip.transport.flow import Door, SendFailed
from hub.channels.sip.transport.transports import Transports
from hub.channels.sip.way import Transport
from hub.outgoing import Outgoing, Socket

log = structlog.get_logger(__name__)

PROTOCOL = "sip"
PATH = "/ws/sip"
_PING, _PONG = b"\r\n\r\n", b"\r\n"
_HEARTBEAT_S = 25.0
_CLOSE_S = 3.0
_BACKLOG_BYTES, _BACKLOG_S = 512 * 1024, 10.0
_GOING_AWAY = 1001
_TOO_SLOW = 1013


class WebSocketFlow:
    """One browser. `cut` ends its socket at once."""

    transport: Transport = "WS"

    def __init__(
        self, flow_id: str, host: str, port: int, outgoing: Outgoing, cut: Callable[[], None]
    ) -> None:
        self.id = flow_id
        self.host = host
        self.port = port
        self.is_open = True
        self.is_trusted = False
        self.cut = cut
        self._outgoing = outgoing

    def trust(self) -> None:
        """See `crowd.Connection`."""
        self.is_trusted = True

    def send(self, data: bytes) -> None:
        """One message, one frame. Raises SendFailed."""
        if not self.is_open or not self._outgoing.write(data):
            raise SendFailed("the browser is gone, or does not read")


class WebSocketDoor:
    """The handler of `/ws/sip`. `origins` are those of the console, each written as a browser writes it;
    `client_address` says whose request it is."""

    def __init__(
        self,
        transports: Transports,
        door: Door,
        *,
        origins: Collection[str],
        client_address: Callable[[web.Request], str],
        is_taking: Callable[[], bool],
    ) -> None:
        self._transports = transports
        self._door = door
        self._origins = frozenset(origins)
        self._client_address = client_address
        self._is_taking = is_taking
        self._sockets: set[Socket] = set()

    def routes(self) -> list[web.RouteDef]:
        """For the house's application."""
        return [web.get(PATH, self.serve)]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """403 for another origin, 400 without the sub-protocol, 426 for no WebSocket, 429, 503."""
        if not self._is_taking():
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "no phones are taken now")
        if request.headers.getall(hdrs.ORIGIN, []) not in [[one] for one in self._origins]:
            return _refused(HTTPStatus.FORBIDDEN, "this origin is not the console's")
        address = self._client_address(request)
        if not self._door.allowed(address, "WS"):
            return _refused(HTTPStatus.TOO_MANY_REQUESTS, "too much comes from your address")
        ws: Socket = web.WebSocketResponse(
            timeout=_CLOSE_S,
            heartbeat=_HEARTBEAT_S,
            protocols=(PROTOCOL,),
            max_msg_size=self._door.limits.message_bytes,
            compress=False,
            decode_text=False,
        )
        ready = ws.can_prepare(request)
        if not ready:
            return _refused(HTTPStatus.UPGRADE_REQUIRED, "this address speaks WebSocket only")
        if ready.protocol != PROTOCOL:
            return _refused(HTTPStatus.BAD_REQUEST, "the sub-protocol is sip")
        if not self._transports.has_room_for(address):
            return _refused(HTTPStatus.TOO_MANY_REQUESTS, "too many phones at your address")
        await ws.prepare(request)
        if request.transport is not None:
            await self._talk(request, ws, address)
        return ws

    async def _talk(self, request: web.Request, ws: Socket, address: str) -> None:
        assert request.transport is not None
        peer = request.transport.get_extra_info("peername") or ("", 0)
        wire = request.transport
        outgoing = Outgoing(wire, backlog_bytes=_BACKLOG_BYTES, backlog_s=_BACKLOG_S, too_slow=wire.abort)
        flow = WebSocketFlow(self._transports.new_name("WS"), address, int(peer[1]), outgoing, wire.abort)
        self._transports.add(flow)
        self._sockets.add(ws)
        patience = _Patience(flow, self._transports.patience.stranger_s)
        try:
            async for message in ws:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                if not self._door.allowed(address, "WS"):
                    continue
                data = bytes(message.data)
                if data == _PING:
                    outgoing.write(_PONG)
                elif data.strip(b"\r\n"):
                    patience.said()
                    self._door.datagram(flow, data)
        finally:
            patience.end()
            flow.is_open = False
            outgoing.end()
            self._sockets.discard(ws)
            self._transports.remove(flow)
            self._door.closed(flow)

    async def close(self) -> None:
        """Say good-bye to every browser."""
        for ws in list(self._sockets):
            await ws.close(code=_GOING_AWAY, message=b"the hub is stopping")


class _Patience:
    """Ends the socket of a stranger that says nothing for `stranger_s` seconds: a heartbeat is nothing said."""

    def __init__(self, flow: WebSocketFlow, stranger_s: float) -> None:
        self._flow = flow
        self._stranger_s = stranger_s
        self.said()
        self._watch = self._loop.call_at(self._ends_at_s, self._look)

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def said(self) -> None:
        """A message came."""
        self._ends_at_s = self._loop.time() + self._stranger_s

    def end(self) -> None:
        """It is closed."""
        self._watch.cancel()

    def _look(self) -> None:
        if self._flow.is_trusted:
            return
        if self._ends_at_s <= self._loop.time():
            self._flow.cut()
        else:
            self._watch = self._loop.call_at(self._ends_at_s, self._look)


def _refused(status: HTTPStatus, text: str) -> web.Response:
    return web.Response(status=status, text=text)
