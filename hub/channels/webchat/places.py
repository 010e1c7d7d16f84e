"""Tells waiting visitors their place in line, whenever it has changed and not too often."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable

import structlog

from hub.channels.webchat.frames import PositionFrame
from hub.channels.webchat.threads import Thread, Threads
from hub.domain.errors import Unavailable
from hub.domain.ids import QueueId, TenantId
from hub.ports.visitors import VisitorStore

log = structlog.get_logger(__name__)

EstimatedWait = Callable[[QueueId, int], float | None]
"""Seconds that the one at this place of the queue will wait, None while nothing is known."""

_EWT_STEP_S = 5


class Places:
    """Looks at the lines in which visitors of this node wait."""

    def __init__(
        self, visitors: VisitorStore, threads: Threads, estimated_wait: EstimatedWait, *, every_s: float
    ) -> None:
        self._visitors = visitors
        self._threads = threads
        self._estimated_wait = estimated_wait
        self._every_s = every_s
        self._changed: set[QueueId] = set()
        self._wake = asyncio.Event()

    def changed(self, queue_id: QueueId) -> None:
        """The line of this queue is not what it was."""
        self._changed.add(queue_id)
        self._wake.set()

    async def run(self) -> None:
        """Tell the news until cancelled: the first at once, the next after a pause."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            queue_ids, self._changed = self._changed, set()
            try:
                await self._tell(queue_ids)
            except Unavailable:
                log.warning("places_unavailable")
                self._changed |= queue_ids
                self._wake.set()
            await asyncio.sleep(self._every_s)

    async def _tell(self, queue_ids: set[QueueId]) -> None:
        accounts: dict[tuple[TenantId, str], set[QueueId]] = defaultdict(set)
        for thread in self._threads.waiting(queue_ids):
            if thread.waiting_in is not None:
                accounts[thread.site.tenant_id, thread.account].add(thread.waiting_in)
        for (tenant_id, account), waited_in in accounts.items():
            for place in await self._visitors.places(tenant_id, sorted(waited_in), account):
                thread_here = self._threads.find(account, place.thread)
                if thread_here is not None:
                    await self._tell_one(thread_here, place.place, place.queue_id)

    async def _tell_one(self, thread: Thread, place: int, queue_id: QueueId) -> None:
        frame = PositionFrame(place=place, ewt_s=_rounded(self._estimated_wait(queue_id, place)))
        if self._threads.placed(thread, frame, queue_id):
            await thread.tell(frame)


def _rounded(ewt_s: float | None) -> float | None:
    """Up to the next five seconds: an estimate is not told again because it moved by one."""
    return None if ewt_s is None else float(_EWT_STEP_S * math.ceil(ewt_s / _EWT_STEP_S))
