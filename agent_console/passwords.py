"""Passwords: Argon2id away from the event loop, in a short line, and the rule a new one must meet."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from agent_console.common_passwords import is_common
from hub.domain.errors import Invalid, TooMany

MIN_CHARS = 12
MAX_CHARS = 1_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one hash costs. The default is OWASP's for Argon2id: 19 MiB, two passes, one lane."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whether the password is right, and whether its hash was made at another cost than today's."""

    right: bool
    outdated: bool = False


class Passwords:
    """Hashes and verifies on `threads` threads; at most `line` more calls wait for one of them.

    An unknown login costs as much as a known one: its password is verified against a hash that fits nothing.
    """

    def __init__(self, *, cost: Cost | None = None, threads: int = 2, line: int = 32) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._limit = threads + line
        self._turns: set[Future[Any]] = set()
        self._nobody = ""

    async def __aenter__(self) -> Self:
        self._nobody = await self.hashed(secrets.token_urlsafe())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def hashed(self, password: str) -> str:
        """The hash in PHC form. Raises TooMany when the line is full."""
        return await self._in_turn(lambda: self._hasher.hash(_normal(password)))

    async def matched(self, password_hash: str | None, password: str) -> Match:
        """How `password` fits; None stands for a login that nobody has. Raises TooMany when it is full."""
        match = await self._in_turn(lambda: self._match(password_hash or self._nobody, password))
        return Match(right=False) if password_hash is None else match

    def _match(self, password_hash: str, password: str) -> Match:
        try:
            self._hasher.verify(password_hash, _normal(password))
        except (VerificationError, InvalidHashError):
            return Match(right=False)
        return Match(right=True, outdated=self._hasher.check_needs_rehash(password_hash))

    async def _in_turn(self, work: Callable[[], T]) -> T:
        # a turn whose caller has gone still keeps its thread: it counts until the thread is done with it
        self._turns = {turn for turn in self._turns if not turn.done()}
        if len(self._turns) >= self._limit:
            raise TooMany("too many people are signing in; try again in a moment", retry_after_s=2.0)
        turn = self._pool.submit(work)
        self._turns.add(turn)
        return await asyncio.wrap_future(turn)


def require_good(password: str, login: str) -> None:
    """Raises Invalid (field `password`) unless a new password is long enough and not an easy guess."""
    normal = _normal(password)
    if not MIN_CHARS <= len(normal) <= MAX_CHARS:
        raise Invalid(
            f"a password has {MIN_CHARS} to {MAX_CHARS} characters", field="password", code="password_length"
        )
    if is_common(normal) or _is_about(normal, login):
        raise Invalid(
            "this password is among the first that anybody would guess",
            field="password",
            code="password_common",
        )


def _is_about(password: str, login: str) -> bool:
    """Whether the password is the login, alone or repeated, whatever its capitals."""
    folded, known = password.casefold(), _normal(login).casefold()
    return bool(known) and not folded.replace(known, "")


def _normal(password: str) -> str:
    """One form for what two keyboards write differently (NFKC)."""
    return unicodedata.normalize("NFKC", password)
