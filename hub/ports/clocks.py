"""What the clocks of conversations ask of the store."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.clocks import Kept, Mark, Run
from hub.domain.ids import InteractionId, QueueId, TenantId
from hub.domain.work import WorkItem
from hub.ports.supervise import SuperviseUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockInput:
    """A conversation as the clocks see it: what was kept, and the lines of its history that are new since.

    `item` is the pass under way; `is_planned` says that a reply waits to be sent, or a call goes on. `unsaid` are the
    lines of agents' replies that failed. `is_anew`: one of them was read as an answer, or the other way round; then
    `marks` is the whole history and `over` the runs that are said to have ended.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    last_seq: int
    kept: Kept
    marks: tuple[Mark, ...]
    item: WorkItem | None
    is_planned: bool
    unsaid: tuple[int, ...] = ()
    is_anew: bool = False
    over: tuple[Run, ...] = ()


class ClockUnit(SuperviseUnit, Protocol):
    """A unit of work that also knows the clocks."""

    async def clock_inputs(self, ids: Sequence[InteractionId]) -> Mapping[InteractionId, ClockInput]:
        """The conversations that are there; what is kept of them is locked: one unit at a time reads on."""
        ...

    async def put_clocks(self, seen: ClockInput, kept: Kept, ended: Sequence[Run]) -> None:
        """What is kept from now on. Runs that are there already under their kind and line are replaced; where `seen`
        is read anew, those that never were go."""
        ...


class ClockStore(Protocol):
    """The store as the keeper of the clocks knows it."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[ClockUnit]:
        """A unit of work."""
        ...

    async def clocks_to_read(
        self, tenant_id: TenantId, queue_ids: Collection[QueueId], failed_since: datetime
    ) -> Sequence[InteractionId]:
        """Open conversations of these queues, all whose clocks or timers run, and all with a reply since
        `failed_since` that failed and counts as an answer yet: everything that could have moved unseen."""
        ...

    async def due_replies(self, tenant_id: TenantId, now: datetime, limit: int) -> Sequence[InteractionId]:
        """Conversations whose agent is to be warned, or to lose them, by now; the longest overdue first."""
        ...
