"""What is done later, by one timer of the loop: most of it is cancelled long before, which costs nothing here.

A call sets half a dozen timers, from half a second (T1) to half an hour (the session), and nearly all are for what
does not happen. A timer of the loop for each took a tenth of the call.
"""

import asyncio
import heapq
import math
from collections.abc import Callable
from itertools import count

import structlog

log = structlog.get_logger(__name__)

_LEFT_OVER = 1_000
"""So many that were cancelled may wait for their time; beyond, and beyond half of all, they are cleared away."""


class Later:
    """One thing to do. `cancel` may be called at any time, and more than once."""

    __slots__ = ("_timers", "then")

    def __init__(self, timers: "Timers", then: Callable[[], None]) -> None:
        self._timers = timers
        self.then: Callable[[], None] | None = then

    def cancel(self) -> None:
        """Do not do it."""
        if self.then is not None:
            self.then = None
            self._timers.cancelled()


class Timers:
    """All of one stack. Times are seconds of the loop's clock."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Later]] = []
        self._order = count()
        self._cancelled = 0
        self._handle: asyncio.TimerHandle | None = None
        self._handle_due_s = math.inf
        self._is_over = False

    def __len__(self) -> int:
        return len(self._waiting) - self._cancelled

    @property
    def held(self) -> int:
        """How many are kept, those that were cancelled included."""
        return len(self._waiting)

    def at(self, due_s: float, then: Callable[[], None]) -> Later:
        """Do it at that time, in order; never before this returns."""
        later = Later(self, then)
        if self._is_over:
            return later
        heapq.heappush(self._waiting, (due_s, next(self._order), later))
        self._set()
        return later

    def cancelled(self) -> None:
        """One will not be done."""
        self._cancelled += 1
        if self._cancelled > max(_LEFT_OVER, len(self._waiting) // 2):
            self._waiting = [one for one in self._waiting if one[2].then is not None]
            heapq.heapify(self._waiting)
            self._cancelled = 0

    def stop(self) -> None:
        """Nothing is done any more."""
        self._is_over = True
        self._waiting.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _set(self) -> None:
        # most of what comes first was cancelled: the loop is not woken for it
        while self._waiting and self._waiting[0][2].then is None:
            heapq.heappop(self._waiting)
            self._cancelled -= 1
        if not self._waiting:
            return
        # the time is kept here: for what is overdue, uvloop gives a handle that does not tell it
        due_s = self._waiting[0][0]
        if due_s < self._handle_due_s:
            if self._handle is not None:
                self._handle.cancel()
            self._handle_due_s = due_s
            self._handle = asyncio.get_running_loop().call_at(due_s, self._due)

    def _due(self) -> None:
        self._handle, self._handle_due_s = None, math.inf
        now_s = asyncio.get_running_loop().time()
        while self._waiting and self._waiting[0][0] <= now_s:
            later = heapq.heappop(self._waiting)[2]
            then, later.then = later.then, None
            if then is None:
                self._cancelled -= 1
                continue
            try:
                then()
            except Exception:
                log.exception("sip_timer_failed")
        self._set()
