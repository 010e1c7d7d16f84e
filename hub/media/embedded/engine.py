"""The media engine of one process: sockets, a clock and G.711, without any program beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from ipaddress import ip_address
from random import Random
from typing import TYPE_CHECKING, Any

import structlog

from hub.media.embedded.ends import Place
from hub.media.embedded.leg import Leg
from hub.media.embedded.mail import Mail
from hub.media.embedded.pace import Lateness, keep_time
from hub.media.embedded.player import Library
from hub.media.embedded.ports import PortRange
from hub.media.embedded.session import EmbeddedSession, End
from hub.ports.clock import Clock
from hub.ports.media import Load, MediaEvent, NoCommonMedia, NoRoom

if TYPE_CHECKING:
    from hub.media.embedded.browser import BrowserEnd

log = structlog.get_logger(__name__)

SILENT_AFTER_S = 10.0
_TELL_EACH_S = 60.0


class EmbeddedEngine:
    """A `MediaEngine`.

    `host` is bound; `public_address` is told to others instead, and must be given where `host` is a wildcard. Ports
    are taken in pairs of `port_min` to `port_max`. With `browsers`, aiortc is loaded with the first call, and
    browsers are spoken to; `loopback` tells them this machine's own address, too, for those that run on it.
    `silent_after_s` is after how long `Silent` is told.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        chance: Random,
        host: str = "127.0.0.1",
        public_address: str = "",
        port_min: int = 30_000,
        port_max: int = 30_999,
        silent_after_s: float = SILENT_AFTER_S,
        browsers: bool = True,
        loopback: bool = False,
    ) -> None:
        if ip_address(host).is_unspecified and not public_address:
            raise ValueError("an engine on all addresses has to be told which one others reach it by")
        self._clock = clock
        self._chance = chance
        self._silent_after_s = silent_after_s
        self._ports = PortRange(host, port_min, port_max, chance)
        self._mail = Mail(clock)
        self._place = Place(
            ports=self._ports, mail=self._mail, host=host, public_address=public_address, loopback=loopback
        )
        self._browsers = browsers
        self._is_warm = False
        self._library = Library()
        self._lateness = Lateness()
        self._sessions: dict[EmbeddedSession, None] = {}
        self._is_running = False
        self._is_needed = asyncio.Event()
        """The clock stands still while there is no session."""
        self._told_away_s = -_TELL_EACH_S
        self._group: asyncio.TaskGroup | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The engine works while the block lasts; all sessions are over after it."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            timekeeper = group.create_task(
                keep_time(self._clock, self._tick, self._lateness, self._is_needed), name="media-clock"
            )
            self._is_running = True
            try:
                yield
            finally:
                self._is_running = False
                timekeeper.cancel()
                for session in tuple(self._sessions):
                    await session.close()
                self._group = None

    async def open(self, call_id: str, tell: Callable[[MediaEvent], None]) -> EmbeddedSession:
        """A session for a call. Raises NoRoom."""
        if not self._is_running or not self._ports.free:
            raise NoRoom("no port is left for another call")
        session = EmbeddedSession(
            call_id,
            tell,
            place=self._place,
            library=self._library,
            clock=self._clock,
            chance=self._chance,
            silent_after_s=self._silent_after_s,
            browser=self._browser_end if self._browsers else None,
            closed=self._closed,
        )
        self._sessions[session] = None
        self._is_needed.set()
        if self._browsers and not self._is_warm:
            self._is_warm = True
            self._start(self._warm())
        return session

    def load(self) -> Load:
        """What it carries now."""
        return Load(
            sessions=len(self._sessions),
            legs=sum(session.legs for session in self._sessions),
            late_ms=self._lateness.at_most_ms(),
            details={"late_p99_ms": self._lateness.at_most_ms(99), "free_legs": self._ports.free},
        )

    def free_share(self) -> float:
        """Of the pairs of ports."""
        return self._ports.free / self._ports.total if self._ports.total else 0.0

    def _closed(self, session: EmbeddedSession) -> None:
        self._sessions.pop(session, None)
        if not self._sessions:
            self._is_needed.clear()

    async def _warm(self) -> None:
        """Load what browsers need while the first caller still listens to the greeting."""
        try:
            await asyncio.to_thread(_browser_end_type)
        except ImportError:
            log.exception("browsers_cannot_be_spoken_to")

    async def _browser_end(self, leg: Leg) -> End:
        try:
            made = await asyncio.to_thread(_browser_end_type)
        except ImportError as why:
            raise NoCommonMedia("browsers cannot be spoken to here") from why
        return made(leg, self._place, self._chance, self._start)

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        if self._group is None:
            job.close()
            return
        try:
            self._group.create_task(job)
        except RuntimeError:  # everything ends already
            job.close()

    def _tick(self, skipped: int) -> None:
        if skipped and self._clock.monotonic() - self._told_away_s > _TELL_EACH_S:
            self._told_away_s = self._clock.monotonic()
            log.warning("media_clock_was_away", ticks=skipped)
        self._mail.read()
        for session in tuple(self._sessions):
            try:
                session.tick(skipped)
            except Exception:
                log.exception("media_tick_failed")


def _browser_end_type() -> "type[BrowserEnd]":
    """Imported here, in a thread: aiortc takes a third of a second and 28 MiB, and who has no calls needs neither."""
    from hub.media.embedded.browser import BrowserEnd

    return BrowserEnd
