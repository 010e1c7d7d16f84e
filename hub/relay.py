"""Committed events: outbox rows go to the bus, then they are marked; at least once, in the order of rows."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from hub.backoff import Backoff
from hub.crashpoints import crash_at
from hub.ports.bus import EventBus
from hub.ports.store import OutboxStore

log = structlog.get_logger(__name__)


def _nothing(*_: int) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayWatch:
    """Called after each round: with the number of rows carried, or because it failed."""

    carried: Callable[[int], None] = _nothing
    failed: Callable[[], None] = _nothing


_TOGETHER = 32
_CALM_S = 0.05
"""While more comes within so long, so many are marked together: a mark is a commit, and takes the store's one writer
from a touch."""


class Relay:
    """Carries `rows_a_round` rows at once. Commits wake it; it looks by itself every `sweep_s`, because a
    commit of another node, or of a process that died, wakes nobody. A round ends after `round_s` at most."""

    def __init__(
        self,
        outbox: OutboxStore,
        bus: EventBus,
        *,
        rows_a_round: int = 500,
        sweep_s: float = 1.0,
        round_s: float = 30.0,
        watch: RelayWatch | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._bus = bus
        self._rows_a_round = rows_a_round
        self._sweep_s = sweep_s
        self._round_s = round_s
        self._watch = watch or RelayWatch()
        self._pause = pause
        self._published: dict[int, bytes] = {}

    async def run(self) -> None:
        """Until cancelled. An error of store or bus is logged; the rows stay and come again after a pause."""
        backoff = Backoff(first_s=0.05, longest_s=5.0)
        while True:
            try:
                async with asyncio.timeout(self._round_s):
                    carried = await self._round()
                backoff.reset()
                self._watch.carried(carried)
                if carried < self._rows_a_round:
                    await self._next_commit(_CALM_S if carried else self._sweep_s)
            except Exception:
                log.exception("relay_round_failed", published_unmarked=len(self._published))
                self._watch.failed()
                await self._pause(backoff.next_s())

    async def _round(self) -> int:
        """How many rows were carried. They are marked when no more came meanwhile, or when they are many."""
        rows = await self._outbox.unsent(self._rows_a_round)
        if not rows:
            self._published.clear()
            return 0
        crash_at("relay.after_take")
        carried = 0
        for row_id, payload in rows:
            # While the store reads but cannot write, rows come back unmarked: told once, they are not told
            # again. The payload is compared too: a database may give the id of a removed row to a new one.
            if self._published.get(row_id) != payload:
                await self._bus.publish(payload)
                self._published[row_id] = payload
                carried += 1
        crash_at("relay.after_publish_before_mark")
        if not carried or len(rows) >= min(_TOGETHER, self._rows_a_round):
            await self._outbox.mark_sent([row_id for row_id, _ in rows])
            self._published.clear()
        return carried

    async def _next_commit(self, within_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._outbox.committed()
