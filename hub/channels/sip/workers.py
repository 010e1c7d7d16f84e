"""Jobs of one stack, done by tasks that take the next one when they are through.

A call has four or five jobs of some microseconds each. A task for each of them cost more than most of what they do.
"""

import asyncio
from collections.abc import Callable, Coroutine

import structlog

log = structlog.get_logger(__name__)

Job = Coroutine[object, object, None]

_MOST_IDLE = 100
"""So many tasks wait for the next job; what a burst needs beyond that ends with it."""


class Workers:
    """`group` holds the tasks. What a job raises is logged, and ends nobody else."""

    def __init__(self, group: Callable[[], asyncio.TaskGroup]) -> None:
        self._group = group
        self._idle: list[asyncio.Future[tuple[Job, str]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun: set[Job] = set()
        """Given to a task that has not run since."""
        self._is_over = False

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def busy(self) -> int:
        """How many jobs are under way, or about to be."""
        return len(self._tasks) - len(self._idle)

    def give(self, job: Job, name: str) -> None:
        """Do it soon, beside all others; never before this returns."""
        if self._is_over:
            job.close()
            return
        self._begun.add(job)
        while self._idle:
            waits = self._idle.pop()
            if not waits.done():
                waits.set_result((job, name))
                return
        group: asyncio.TaskGroup = self._group()
        task = group.create_task(self._work(job, name), name="sip worker")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _work(self, job: Job, name: str) -> None:
        while True:
            self._begun.discard(job)
            try:
                await job
            except Exception:
                log.exception("sip_job_failed", job=name)
            if len(self._idle) >= _MOST_IDLE:
                return
            waits: asyncio.Future[tuple[Job, str]] = asyncio.get_running_loop().create_future()
            self._idle.append(waits)
            job, name = await waits

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._is_over and not self._tasks:
            # what never began is not left unawaited
            for job in self._begun:
                job.close()
            self._begun.clear()

    def stop(self) -> None:
        """Every job ends, and none begins."""
        self._is_over = True
        self._idle.clear()
        for task in list(self._tasks):
            task.cancel()
