"""The gate of the console: who a request comes from, by its cookie, its origin and its CSRF token."""

import hmac
from collections.abc import Collection

from aiohttp import hdrs, web

from agent_console.api_keys import Keys
from agent_console.middleware import address_of
from agent_console.sign_ins import SignIns, csrf_of
from hub.domain.access import Principal
from hub.domain.errors import Forbidden, NotSignedIn

CSRF_HEADER = "X-CSRF-Token"
_COOKIE, _HTTPS_COOKIE = "touchline", "__Host-touchline"
COOKIE_NAMES = frozenset({_COOKIE, _HTTPS_COOKIE})
"""Either may hold the token of a sign-in."""


class Gate:
    """Lets requests and sockets in, or says why not.

    `origins` are the exact origins of the console (`https://desk.example.com`); with `is_https` the cookie is
    `__Host-touchline` and travels encrypted only, else it is `touchline`, which is for loopback.
    """

    def __init__(self, sign_ins: SignIns, keys: Keys, *, origins: Collection[str], is_https: bool) -> None:
        self._sign_ins = sign_ins
        self._keys = keys
        self._origins = frozenset(origins)
        self._is_https = is_https
        self._cookie_name = _HTTPS_COOKIE if is_https else _COOKIE

    async def authenticate(self, request: web.Request) -> Principal:
        """On whose behalf the request is made: by the API key it carries, else by its cookie.

        Raises NotSignedIn, or TooMany for a key that asks too often.
        """
        if (key := _bearer(request)) is not None:
            return await self._keys.found(key, address_of(request))
        return await self._by_cookie(request)

    async def _by_cookie(self, request: web.Request) -> Principal:
        token = self._token(request)
        if not token:
            raise NotSignedIn("please sign in")
        return await self._sign_ins.found(token, address_of(request))

    async def authenticate_socket(self, request: web.Request) -> Principal:
        """The same for a WebSocket, by the cookie alone: browsers open one for any page, so the origin must be ours.

        Raises Forbidden (`foreign_origin`) or NotSignedIn.
        """
        if hdrs.ORIGIN not in request.headers:
            raise Forbidden("a socket needs an Origin", code="foreign_origin")
        self.require_own_origin(request)
        return await self._by_cookie(request)

    def require_own_origin(self, request: web.Request) -> None:
        """Raises Forbidden (`foreign_origin`) for a page that is not ours; other clients name no origin."""
        given = request.headers.getall(hdrs.ORIGIN, [])
        if any(origin not in self._origins for origin in given):
            raise Forbidden("this page may not do that here", code="foreign_origin")

    def require_csrf(self, request: web.Request) -> None:
        """Raises Forbidden (`csrf`) unless the header carries the token of the sign-in in the cookie.

        A request with an API key needs none: no page of another site can make a browser send one.
        """
        if _bearer(request) is not None:
            return
        given = request.headers.get(CSRF_HEADER, "").encode(errors="backslashreplace")
        if not hmac.compare_digest(given, self.csrf(request).encode()):
            raise Forbidden(f"{CSRF_HEADER} is missing or not of this sign-in", code="csrf")

    def csrf(self, request: web.Request) -> str:
        """The CSRF token that belongs to the cookie of the request; empty without one."""
        token = self._token(request)
        return csrf_of(token) if token else ""

    def cookie(self, token: str) -> str:
        """`Set-Cookie` for a new sign-in."""
        return self._set_cookie(token, int(self._sign_ins.longest.total_seconds()))

    def no_cookie(self) -> str:
        """`Set-Cookie` that removes it."""
        return self._set_cookie("", 0)

    def _set_cookie(self, token: str, max_age_s: int) -> str:
        secure = "; Secure" if self._is_https else ""
        return f"{self._cookie_name}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}"

    def _token(self, request: web.Request) -> str:
        return request.cookies.get(self._cookie_name, "")


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def loopback_origins(port: int) -> frozenset[str]:
    """The origins under which a browser on this machine reaches the console."""
    return frozenset(f"http://{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]"))
