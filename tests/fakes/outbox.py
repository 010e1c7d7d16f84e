"""An outbox in memory whose writing can fail."""

import asyncio
from collections.abc import Sequence

from hub.domain.errors import Unavailable


class FakeOutbox:
    """OutboxStore of hub/ports/store.py. Ids of removed rows are given again, as SQLite does."""

    def __init__(self) -> None:
        self.rows: dict[int, bytes] = {}
        self.reads = 0
        self.writes_failing = 0
        self.answers_lost = 0
        self._committed = asyncio.Event()

    def commit(self, *payloads: bytes) -> None:
        """A unit of work ended: its rows are there, and the relay is woken."""
        self.commit_unheard(*payloads)
        self._committed.set()

    def commit_unheard(self, *payloads: bytes) -> None:
        """Another process committed: nobody is woken."""
        for payload in payloads:
            self.rows[max(self.rows, default=0) + 1] = payload

    async def unsent(self, limit: int) -> list[tuple[int, bytes]]:
        """The oldest rows."""
        self.reads += 1
        return sorted(self.rows.items())[:limit]

    async def mark_sent(self, ids: Sequence[int]) -> None:
        """Fails while `writes_failing`, without effect; then loses its answer while `answers_lost`."""
        if self.writes_failing:
            self.writes_failing -= 1
            raise Unavailable("the disk is full")
        for row_id in ids:
            self.rows.pop(row_id, None)
        if self.answers_lost:
            self.answers_lost -= 1
            raise Unavailable("the connection is gone")

    async def committed(self) -> None:
        """Returns at once when there was a commit since the last call."""
        await self._committed.wait()
        self._committed.clear()
