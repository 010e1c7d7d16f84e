"""The one writer of many who wait: whatever waits when it is free goes into the next write, and each learns of its own.

There is no linger timer: one who comes alone pays nothing, and a crowd shares a commit.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hub.domain.errors import HubError, Unavailable

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Waiting(Generic[T, R]):
    item: T
    done: asyncio.Future[R]


class BatchWriter(Generic[T, R]):
    """`write` writes up to `most` items, and gives an outcome for each, in order; an outcome that is an error is raised
    to whoever brought the item. At most `waiting` items wait."""

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[Sequence[R | HubError]]],
        *,
        most: int,
        waiting: int,
        what: str,
    ) -> None:
        self._write = write
        self._most = most
        self._limit = waiting
        self._what = what
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._arrived = asyncio.Event()

    def require_room(self) -> None:
        """Raises Unavailable (`overloaded`) when too many wait."""
        if len(self._waiting) >= self._limit:
            raise Unavailable(
                f"too many {self._what} are waiting to be stored", code="overloaded", retry_after_s=2.0
            )

    async def written(self, item: T) -> R:
        """The outcome, when the write is over. Raises what `write` says of this item; Unavailable when too many wait,
        or the hub stops before."""
        self.require_room()
        waiting = _Waiting[T, R](item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._arrived.set()
        return await waiting.done

    async def run(self) -> None:
        """Write what waits, batch after batch, until cancelled."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._waiting:
                    size = min(len(self._waiting), self._most)
                    await self._one([self._waiting.popleft() for _ in range(size)])
        finally:
            _stopped(self._waiting)
            self._waiting.clear()

    async def _one(self, batch: Sequence[_Waiting[T, R]]) -> None:
        try:
            outcomes = await self._write([waiting.item for waiting in batch])
        except BaseException:
            _stopped(batch)
            raise
        for waiting, outcome in zip(batch, outcomes, strict=True):
            _resolve(waiting, outcome)


def _stopped(some: Sequence[_Waiting[T, R]]) -> None:
    for waiting in some:
        _resolve(waiting, Unavailable("the hub is stopping", code="stopping"))


def _resolve(waiting: _Waiting[T, R], outcome: R | HubError) -> None:
    if waiting.done.done():
        return  # whoever brought it gave up; it is written all the same, and will be known when it comes again
    if isinstance(outcome, HubError):
        waiting.done.set_exception(outcome)
    else:
        waiting.done.set_result(outcome)
