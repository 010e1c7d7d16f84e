"""The one aiohttp application on the one port: health and readiness, metrics, and an orderly end."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from typing import Final

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

ReadyOrNot = Callable[[], Awaitable[str]]
"""Empty when everything enabled listens, else what is missing."""

Unserved = Callable[[int, BaseException | None], web.Response]
"""The answer with this status to what reached no handler: it is no HTTP, or too long a line of it."""

_PRODUCT: Final = "touchline"


class PortTaken(Exception):
    """Somebody else listens on the port."""

    def __init__(self, host: str, port: int, setting: str = "http.port") -> None:
        variable = "HUB_" + setting.upper().replace(".", "__")
        super().__init__(
            f"port {port} on {host} is taken: stop the other program, or set {setting} ({variable})"
        )
        self.host = host
        self.port = port


def add_health(
    app: web.Application,
    *,
    is_draining: Callable[[], bool],
    not_ready: ReadyOrNot,
    metrics: Callable[[], bytes],
) -> None:
    """`/healthz` (the process lives), `/readyz` (send it work), `/metrics` (to loopback only)."""

    async def healthz(_: web.Request) -> web.StreamResponse:
        if is_draining():
            return web.Response(status=503, text="draining\n")
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.StreamResponse:
        missing = "draining" if is_draining() else await not_ready()
        return web.Response(status=503 if missing else 200, text=f"{missing or 'ready'}\n")

    async def show_metrics(request: web.Request) -> web.StreamResponse:
        if not is_loopback(request.remote):
            raise web.HTTPNotFound
        return web.Response(
            body=metrics(), headers={hdrs.CONTENT_TYPE: "text/plain; version=0.0.4; charset=utf-8"}
        )

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)


def is_loopback(address: str | None) -> bool:
    """Whether the request came from this machine."""
    try:
        return address is not None and ip_address(address).is_loopback
    except ValueError:
        return False


def address_behind(trusted: tuple[str, ...]) -> Callable[[web.Request], str]:
    """How to find a client's address: the last one in X-Forwarded-For that no trusted proxy wrote."""
    networks = [ip_network(n) for n in trusted]

    def is_trusted(address: str) -> bool:
        try:
            return any(ip_address(address) in n for n in networks)
        except ValueError:
            return False

    def address_of(request: web.Request) -> str:
        address = request.remote or ""
        if not networks or not is_trusted(address):
            return address
        hops = [h.strip() for h in ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, [])).split(",")]
        for hop in reversed([h for h in hops if h]):
            address = hop
            if not is_trusted(hop):
                break
        return address

    return address_of


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, *, unserved: Unserved) -> AsyncIterator[int]:
    """Serve `app` while the block lasts; yields the port. Raises PortTaken."""
    logging.getLogger("aiohttp.server").addFilter(_is_no_noise)
    runner = _Runner(
        # bodies that come packed are not unpacked: nobody needs it, and it is how small bodies become large ones
        app,
        access_log=None,
        shutdown_timeout=2.0,
        handle_signals=False,
        auto_decompress=False,
    )
    runner.unserved = unserved
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, reuse_address=True, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(host, port) from error
            raise
        server = runner.addresses[0]
        yield int(server[1])
    finally:
        await asyncio.shield(runner.cleanup())


class _Connection(RequestHandler):
    """One connection. aiohttp would answer in plain text, or in a page, what never became a request of ours."""

    __slots__ = ("_unserved",)

    def __init__(self, server: web.Server, unserved: Unserved, **options: object) -> None:
        super().__init__(server, **options)  # type: ignore[arg-type]
        self._unserved = unserved

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        super().handle_error(request, status, exc, message)  # it logs, and raises when an answer has begun
        answer = self._unserved(status, exc)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        # no signal of the application sees these answers, and aiohttp would tell its own version and Python's
        answer.headers[hdrs.SERVER] = _PRODUCT
        answer.force_close()
        return answer


class _Server(web.Server):
    unserved: Unserved

    def __call__(self) -> RequestHandler:
        return _Connection(self, self.unserved, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    __slots__ = ("unserved",)
    unserved: Unserved

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        server = _Server(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,  # noqa: SLF001 - aiohttp has no public way to name the class of its connections
            **made._kwargs,  # noqa: SLF001 - as above
        )
        server.unserved = self.unserved
        return server


def _is_no_noise(record: logging.LogRecord) -> bool:
    """aiohttp logs as an error, with a traceback, what is no HTTP (every byte of it) and who hangs up too soon."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, ConnectionError))


def free_port(host: str) -> int:
    """A port nobody has now. The origins must be known before anything listens, so it is chosen first."""
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])
