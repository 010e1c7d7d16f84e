"""What is told about one leg: one thing after the other, by one worker."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

PATIENCE_S = 30.0
"""Whoever is told something takes no longer, or the leg ends."""

Telling = Callable[[], Awaitable[None]]


class Told:
    """A queue with its worker. `failed` is called when whoever is told raises, or takes too long."""

    def __init__(self, leg_id: str, failed: Callable[[], None]) -> None:
        self._leg_id = leg_id
        self._failed = failed
        self._waiting: asyncio.Queue[Telling | None] = asyncio.Queue()

    def tell(self, telling: Telling) -> None:
        """Tell this after all that was told before."""
        self._waiting.put_nowait(telling)

    def finish(self) -> None:
        """Nothing follows."""
        self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Tell until it is finished."""
        while (telling := await self._waiting.get()) is not None:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await telling()
            except Exception:
                log.exception("leg_events_failed", leg=self._leg_id)
                self._failed()
