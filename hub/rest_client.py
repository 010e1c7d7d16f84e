"""A signed-in client of a running hub's REST API, for `touchline top` and the simulated agents."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Self, TypeVar

import aiohttp
import msgspec

_WITHIN_S = 10.0

T = TypeVar("T")


class HubSilent(Exception):
    """Nobody answers at the hub's address: it is down, or elsewhere."""


class HubRefused(Exception):
    """The hub answered with an error: its status, its stable code, and a sentence for people."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


class _Problem(msgspec.Struct, frozen=True):
    title: str = ""
    code: str = ""
    detail: str = ""


class _SignedIn(msgspec.Struct, frozen=True):
    csrf: str


class RestClient:
    """Talks to the hub at `address` (`http://host:port`). Everything raises HubSilent or HubRefused."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._csrf = ""

    async def __aenter__(self) -> Self:
        # unsafe: the hub of a small house is often reached by its number
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=_WITHIN_S)
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    async def sign_in(self, login: str, password: str) -> None:
        """Begin a sign-in; what follows is done as this user."""
        answer = await self._ask("POST", "/api/v1/session", {"login": login, "password": password}, {})
        self._csrf = _decoded(answer, _SignedIn).csrf

    async def sign_out(self) -> None:
        """End it."""
        await self._ask("DELETE", "/api/v1/session", None, {})

    async def get(self, path: str, kind: type[T]) -> T:
        """What is under `path`."""
        return _decoded(await self._ask("GET", path, None, {}), kind)

    async def post(self, path: str, body: object, *, key: str = "") -> None:
        """Do something; the same `key` again is the same request."""
        await self._ask("POST", path, body, {"Idempotency-Key": key} if key else {})

    def cookies(self) -> str:
        """The Cookie header of a socket that belongs to this sign-in."""
        return "; ".join(f"{cookie.key}={cookie.value}" for cookie in self._http.cookie_jar)

    async def _ask(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> bytes:
        sent: dict[str, Any] = {"headers": {"Origin": self.address, **headers}}
        if method != "GET":
            sent["headers"]["X-CSRF-Token"] = self._csrf
        if body is not None:
            sent["data"] = msgspec.json.encode(body)
            sent["headers"]["Content-Type"] = "application/json"
        try:
            async with self._http.request(method, f"{self.address}{path}", **sent) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError) as exc:
            raise HubSilent(f"nobody answers at {self.address}") from exc
        if response.status >= 400:
            raise _refused(response.status, answer)
        return answer


async def has_site(address: str, key: str) -> bool:
    """Whether the hub has a web-chat site of that key. Raises HubSilent."""
    timeout = aiohttp.ClientTimeout(total=_WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"{address.rstrip('/')}/ws/chat", params={"site": key}) as answer,
        ):
            return answer.status != HTTPStatus.NOT_FOUND
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise HubSilent(f"nobody answers at {address}") from exc


def _decoded(answer: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.DecodeError as exc:
        raise HubRefused(200, "not_the_hub", "what answers there is not this release of Touchline") from exc


def _refused(status: int, answer: bytes) -> HubRefused:
    try:
        problem = msgspec.json.decode(answer, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    return HubRefused(status, problem.code, problem.detail or problem.title or f"status {status}")
