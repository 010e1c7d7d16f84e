"""One call to an outsider's address: only public ones, pinned when it connects, no redirects, with deadlines."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from hub.domain.webhook import may_be_called

WITHIN_S = 10.0
"""A call that takes longer has failed."""
CONNECT_WITHIN_S = 5.0
KEPT_BYTES = 1024
"""Of an answer no more is read than this."""


class Resolving(Protocol):
    """Where names lead."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of the host."""
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


class NotPublic(OSError):
    """The name leads to an address that must not be called."""


class PublicOnly(AbstractResolver):
    """Leads to public addresses only. What it finds is what is connected to: nothing is looked up twice."""

    def __init__(self, inner: Resolving) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses, if all of them are public: one that is not means that somebody plays with the name."""
        found = await self._inner.resolve(host, port, family)
        if not found or not all(may_be_called(one["host"]) for one in found):
            raise NotPublic("this name leads to an address that is not public")
        return found

    async def close(self) -> None:
        """See the base."""
        await self._inner.close()


class Caller:
    """Calls addresses. `allow_private` is for a house whose receivers stand in its own network, and for tests."""

    def __init__(
        self, *, allow_private: bool, resolver: Resolving | None = None, within_s: float = WITHIN_S
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._within_s = within_s

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, kept_bytes: int = KEPT_BYTES
    ) -> tuple[int, str, str]:
        """Status, error and beginning of the answer. Status 0: no answer, and `error` is a stable word."""
        return await self._called("POST", url, body, headers, kept_bytes)

    async def reaches(self, url: str) -> tuple[int, str]:
        """Whether anybody answers there, without a delivery: the status of a HEAD, whatever it is; or 0 and a
        stable word."""
        status, error, _ = await self._called("HEAD", url, b"", {}, KEPT_BYTES)
        return status, "" if status else error

    async def _called(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], kept_bytes: int
    ) -> tuple[int, str, str]:
        try:
            if not self._allow_private and _is_private_literal(url):
                return 0, "not_public", ""
            async with asyncio.timeout(self._within_s):
                return await self._answer(method, url, body, headers, kept_bytes)
        except TimeoutError:
            return 0, "timeout", ""
        except NotPublic:
            return 0, "not_public", ""
        except aiohttp.ClientConnectorCertificateError:
            return 0, "certificate", ""
        except aiohttp.ClientConnectorError as failed:
            return 0, "not_public" if isinstance(failed.os_error, NotPublic) else "no_connection", ""
        except (aiohttp.ClientError, OSError, ValueError):
            return 0, "no_answer", ""

    async def _answer(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], kept_bytes: int
    ) -> tuple[int, str, str]:
        inner = self._resolver or aiohttp.ThreadedResolver()
        resolver = inner if self._allow_private else PublicOnly(inner)
        connector = aiohttp.TCPConnector(
            resolver=resolver,  # type: ignore[arg-type] # the protocol is what it needs of a resolver
            use_dns_cache=False,
            force_close=True,
        )
        timeout = aiohttp.ClientTimeout(total=self._within_s, connect=CONNECT_WITHIN_S)
        async with (
            aiohttp.ClientSession(
                connector=connector, timeout=timeout, trust_env=False, auto_decompress=False
            ) as client,
            client.request(
                method, url, data=body or None, headers=dict(headers), allow_redirects=False
            ) as answer,
        ):
            beginning = await answer.content.read(kept_bytes)
            return answer.status, "" if answer.status < 300 else "refused", _shown(beginning)


def _is_private_literal(url: str) -> bool:
    """Whether the host is an IP address that must not be called: aiohttp asks no resolver for those."""
    try:
        return not may_be_called(urlsplit(url).hostname or "")
    except ValueError:
        return False


def _shown(beginning: bytes) -> str:
    text = beginning.decode("utf-8", errors="replace")
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
