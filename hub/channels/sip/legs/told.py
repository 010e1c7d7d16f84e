"""What is told about one leg: one thing after the other, by a job that is there as long as there is something."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from hub.channels.sip.stack import Stack

log = structlog.get_logger(__name__)

PATIENCE_S = 30.0
"""Whoever is told something takes no longer, or the leg ends."""

Telling = Callable[[], Awaitable[None]]


class Told:
    """A queue. `failed` is called when whoever is told raises, or takes too long."""

    def __init__(self, stack: Stack, leg_id: str, failed: Callable[[], None]) -> None:
        self._stack = stack
        self._leg_id = leg_id
        self._failed = failed
        self._waiting: deque[Telling] = deque()
        self._has_begun = False
        self._is_telling = False
        self._is_finished = False

    def begin(self) -> None:
        """From now on; what was told before waits for this."""
        self._has_begun = True
        self._go_on()

    def tell(self, telling: Telling) -> None:
        """Tell this after all that was told before."""
        if not self._is_finished:
            self._waiting.append(telling)
            self._go_on()

    def finish(self) -> None:
        """Nothing follows."""
        self._is_finished = True

    def _go_on(self) -> None:
        if self._has_begun and self._waiting and not self._is_telling:
            self._is_telling = True
            self._stack.spawn(self._tell_all(), "told")

    async def _tell_all(self) -> None:
        while self._waiting:
            telling = self._waiting.popleft()
            try:
                await self._patiently(telling)
            except Exception:
                log.exception("leg_events_failed", leg=self._leg_id)
                self._failed()
        self._is_telling = False

    async def _patiently(self, telling: Telling) -> None:
        """As `asyncio.timeout`, by the timers of the stack, which cost next to nothing when they are not needed."""
        task = asyncio.current_task()
        assert task is not None
        is_late = False
        before = task.cancelling()

        def too_late() -> None:
            nonlocal is_late
            is_late = True
            task.cancel()

        timer = self._stack.later(PATIENCE_S, too_late)
        try:
            await telling()
        except asyncio.CancelledError as exc:
            if is_late and task.cancelling() - 1 <= before:
                raise TimeoutError from exc
            raise
        finally:
            timer.cancel()
            if is_late:
                task.uncancel()
