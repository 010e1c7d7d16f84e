"""Jobs that live as long as a block, each watched: one that dies or falls silent ends the process."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self

import structlog

from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

Job = Callable[[], Coroutine[Any, Any, None]]


class JobSilent(Exception):
    """A periodic job has not ticked within three periods."""


class Jobs:
    """The task group of a hub. An exception in any job cancels the others and leaves the block."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []
        self._ticked: dict[str, tuple[float, float]] = {}

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(*exc)  # type: ignore[arg-type]

    def start(self, name: str, job: Awaitable[None]) -> None:
        """Run `job` until the block ends."""

        async def run() -> None:
            await job

        self._tasks.append(self._group.create_task(run(), name=name))

    def every(self, name: str, period_s: float, step: Callable[[], Awaitable[object]]) -> None:
        """Run `step` every `period_s`. An error in a step is logged and the next one comes; three silent
        periods (a step that hangs) end the process through `watch`."""
        self._ticked[name] = (self._clock.monotonic(), period_s)

        async def run() -> None:
            while True:
                try:
                    async with asyncio.timeout(max(30.0, 3 * period_s)):
                        await step()
                except Exception:
                    log.exception("job_step_failed", job=name)
                else:
                    self._ticked[name] = (self._clock.monotonic(), period_s)
                await asyncio.sleep(period_s)

        self._tasks.append(self._group.create_task(run(), name=name))

    async def watch(self) -> None:
        """Raises JobSilent when a periodic job has not finished a step for three periods (at least 60 s)."""
        while True:
            await asyncio.sleep(1.0)
            now = self._clock.monotonic()
            for name, (at, period_s) in self._ticked.items():
                if now - at > max(60.0, 3 * period_s):
                    raise JobSilent(name)
