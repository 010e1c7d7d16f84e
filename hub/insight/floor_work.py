"""Open work as the floor lists it: who waits, who is being asked, who has what."""

from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.clocks import ClocksNow
from hub.domain.work import WorkState
from hub.insight.floor_view import FloorPart


class FloorWork(FloorPart, frozen=True, kw_only=True):
    """One open pass. `agent_id` is who has it or is being asked; `place` counts the line of its queue, 0 in hand;
    `clocks` is what is due to the client."""

    work_item_id: str
    interaction_id: str
    person: str
    queue_id: str
    queue: str
    channel: str
    language: str
    state: WorkState
    state_at: datetime
    first_queued_at: datetime
    agent_id: str
    agent: str
    priority: int
    place: int
    clocks: ClocksNow | None = None


class FloorWorkPage(FloorPart, frozen=True, kw_only=True):
    """A page: those who wait in the order of their lines, then what is in hand. `next` goes into `?after=`."""

    items: tuple[FloorWork, ...]
    next: str | None


class FloorWorkStore(Protocol):
    """What the list asks of the store."""

    async def floor_work(
        self, principal: Principal, *, queue_id: str, agent_id: str, state: str, after: str, limit: int
    ) -> FloorWorkPage:
        """Open work in the principal's reach; empty filters do not filter. Raises Invalid (`after`, `state`)."""
        ...
