"""What holds for every request: its id and address, the security headers, and errors as problems."""

from collections.abc import Callable, Collection
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from agent_console.errors import http_problem, problem_answer, problem_of, unexpected
from hub.domain.errors import HubError
from hub.ids import new_id

log = structlog.get_logger(__name__)

REQUEST_ID: Final = web.RequestKey("request_id", str)
SHOWS_LETTERS: Final = web.ResponseKey("shows_letters", bool)
"""Set on the response of a page that has frames with letters."""
_ADDRESS: Final = web.RequestKey("address", str)

AddressOf = Callable[[web.Request], str]

_PERMISSIONS = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(self), midi=(), payment=(), usb=()"
)


def protect(
    app: web.Application,
    *,
    origins: Collection[str],
    is_https: bool,
    address_from: AddressOf = lambda request: request.remote or "",
) -> None:
    """Put all of it on `app`. `address_from` knows which proxies to believe.

    A part that must be framed, or loaded by other sites, sets its own header; what is set already stays.
    """
    defaults = security_headers(origins, is_https=is_https)
    around_letters = security_headers(origins, is_https=is_https, shows_letters=True)

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in (around_letters if SHOWS_LETTERS in response else defaults).items():
            response.headers.setdefault(name, value)
        if request_id := request.get(REQUEST_ID):
            response.headers["X-Request-Id"] = request_id
        # which software answers, and which version, helps nobody who means well
        response.headers.pop(hdrs.SERVER, None)

    app.on_response_prepare.append(add_headers)
    app.middlewares.append(_identified(address_from))
    app.middlewares.append(_told_as_problems)


def security_headers(
    origins: Collection[str], *, is_https: bool, shows_letters: bool = False
) -> dict[str, str]:
    """The headers of every response that does not know better.

    `shows_letters` is for a page with frames of letters. What is in a frame's `srcdoc` is under the policy of the page
    around it too (HTML, "policy containers"): that page has to allow what a letter may ever be allowed. The stricter
    policy is the frame's own.
    """
    # browsers take no IPv6 address here; a page of that address reaches its own socket by 'self'
    sockets = [f"ws{o.removeprefix('http')}" for o in sorted(origins) if "[" not in o]
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": " ".join(["'self'", *sockets]),
        "media-src": "'self' blob:",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    if shows_letters:
        policy["img-src"] += " https:"
        policy["style-src-attr"] = "'unsafe-inline'"
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
    }
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def address_of(request: web.Request) -> str:
    """The address the request came from, as `protect` was told to find it."""
    return request.get(_ADDRESS) or request.remote or ""


def _identified(address_from: AddressOf) -> Middleware:
    @web.middleware
    async def identified(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[REQUEST_ID] = request_id = new_id()
        request[_ADDRESS] = address_from(request)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            return await handler(request)

    return identified


@web.middleware
async def _told_as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as refused:
        if not is_api(request.path) or refused.status < 400:
            raise
        return http_problem(refused)
    except HubError as error:
        if _has_begun(request):
            raise
        return problem_answer(problem_of(error))
    except ConnectionError:
        # whoever asked is gone: nobody is left to be told, and it is no fault of ours
        raise
    except Exception:
        if _has_begun(request):
            raise
        resource = request.match_info.route.resource
        log.exception("request_failed", method=request.method, path=resource and resource.canonical)
        return problem_answer(unexpected())


def is_api(path: str) -> bool:
    """Whether programs are answered there: errors are JSON, and no page."""
    return path == "/api" or path.startswith("/api/")


def _has_begun(request: web.Request) -> bool:
    """Whether a part of the answer is out already, so that no other one can be given."""
    return request.writer.output_size > 0
