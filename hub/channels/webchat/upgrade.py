"""The door of `/ws/chat`: which requests become a visitor's socket."""

import math
from collections.abc import Callable
from http import HTTPStatus

import structlog
from aiohttp import hdrs, web

from hub.channels.webchat.socket import VisitorSocket
from hub.channels.webchat.surroundings import Surroundings
from hub.domain.errors import Unavailable
from hub.outgoing import Socket
from hub.ports.visitors import Site

log = structlog.get_logger(__name__)

ClientAddress = Callable[[web.Request], str]
"""Whose request it is: the address behind trusted proxies, as text."""

_SITE_KEY_CHARS = 64


class Upgrade:
    """Checks site, origin and address before anything is upgraded, then serves the socket."""

    def __init__(self, around: Surroundings, client_address: ClientAddress) -> None:
        self._around = around
        self._client_address = client_address

    async def visitor_socket(self, request: web.Request) -> web.StreamResponse:
        """`GET /ws/chat?site=KEY`.

        404 unknown site, 403 foreign origin, 426 no WebSocket, 429 too many sockets, 503 not now.
        """
        around = self._around
        if not around.takes_visitors:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "the hub is not taking visitors now", retry_s=1.0)
        # first of all, so that a flood costs no look into the store
        address = self._client_address(request)
        if not around.limits.socket_opens(address):
            return self._bad("sockets", HTTPStatus.TOO_MANY_REQUESTS, "too many sockets from your address")
        try:
            return await self._admitted(request, address)
        except Unavailable as exc:
            return _refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "the store is not available now", retry_s=exc.retry_after_s
            )
        finally:
            around.limits.socket_closed(address)

    async def _admitted(self, request: web.Request, address: str) -> web.StreamResponse:
        site = await self._site(request.query.get("site", ""))
        if site is None:
            return self._bad("unknown_site", HTTPStatus.NOT_FOUND, "there is no site with this key")
        origins = tuple(request.headers.getall(hdrs.ORIGIN, []))
        if not self._around.lets_in(site, origins):
            return self._bad("foreign_origin", HTTPStatus.FORBIDDEN, "this origin is not one of the site")
        settings = self._around.settings
        ws: Socket = web.WebSocketResponse(
            timeout=settings.close_s,
            heartbeat=settings.heartbeat_s,
            # beyond our own limit there is room to say so before closing
            max_msg_size=2 * settings.frame_bytes,
            compress=False,
            autoping=False,
            decode_text=False,
        )
        if not ws.can_prepare(request):
            return self._bad("no_upgrade", HTTPStatus.UPGRADE_REQUIRED, "this address speaks WebSocket only")
        await ws.prepare(request)
        if (transport := request.transport) is not None:
            socket = VisitorSocket(self._around, ws, transport, site, address, origins)
            with self._around.present(socket):
                await socket.serve()
        return ws

    async def _site(self, key: str) -> Site | None:
        if not 1 <= len(key) <= _SITE_KEY_CHARS or not key.isprintable():
            return None
        site = await self._around.visitors.site(key)
        return site if site is not None and site.setup.enabled else None

    def _bad(self, code: str, status: HTTPStatus, text: str) -> web.Response:
        self._around.count_bad(code)
        return _refused(status, text)


def _refused(status: HTTPStatus, text: str, *, retry_s: float | None = None) -> web.Response:
    headers = {} if retry_s is None else {hdrs.RETRY_AFTER: str(math.ceil(retry_s))}
    return web.Response(status=status, text=text, headers=headers)
