"""Writes down which replies are on a visitor's screen, at most once in a while for each visitor."""

import asyncio

import structlog

from hub.channels.webchat.threads import Thread
from hub.domain.errors import Unavailable
from hub.ports.clock import Clock
from hub.ports.visitors import Visitor, VisitorStore

log = structlog.get_logger(__name__)


class Receipts:
    """The newest confirmed message of each visitor, until it is written."""

    def __init__(self, visitors: VisitorStore, clock: Clock, *, every_s: float) -> None:
        self._visitors = visitors
        self._clock = clock
        self._every_s = every_s
        self._unwritten: dict[str, tuple[Visitor, int]] = {}
        self._wake = asyncio.Event()

    def note(self, thread: Thread, seq: int) -> None:
        """The visitor has everything up to `seq`; nobody has what was not sent to them."""
        got = min(seq, thread.newest_seq)
        if got > thread.got_seq:
            thread.got_seq = got
            self.repeat(thread)

    def repeat(self, thread: Thread) -> None:
        """Write once more what the visitor has."""
        self._unwritten[thread.visitor.id] = (thread.visitor, thread.got_seq)
        self._wake.set()

    async def run(self) -> None:
        """Write until cancelled: the first at once, the next after a pause."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.write()
            except Unavailable:
                log.warning("receipts_unavailable")
                self._wake.set()
            await asyncio.sleep(self._every_s)

    async def write(self) -> None:
        """Write what is unwritten. Raises Unavailable; what is left is kept for the next time."""
        for key, (visitor, seq) in list(self._unwritten.items()):
            await self._visitors.note_got(visitor, seq, self._clock.now())
            if self._unwritten.get(key) == (visitor, seq):
                del self._unwritten[key]
