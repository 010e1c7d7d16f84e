"""What figures ask of the store: light rows of passes, segments, staffing and answers.

Within the principal's reach: a queue they may not read is NotFound, no queue means all they may read.
Everything here raises Unavailable when the store fails for now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.agent import Agent, Wish
from hub.domain.call import Call
from hub.domain.ids import InteractionId, QueueId, UserId
from hub.domain.queue import Queue
from hub.domain.segment import Segment
from hub.domain.service_level import WorkRow
from hub.domain.touch import Direction
from hub.domain.work import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentAnswer:
    """A pass that was answered: when it came into the line, and when an agent had it for the first time."""

    queue_id: QueueId
    first_queued_at: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMark:
    """A line of an agent's log: what they wished to be from `at` on, and whether their console was there.

    `text_slots` is how many texts they may hold at once.
    """

    agent_id: UserId
    at: datetime
    wish: Wish
    present: bool
    text_slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchMark:
    """A message of an interaction, without what it says. `by_agent` is False for what a program sent."""

    interaction_id: InteractionId
    seq: int
    direction: Direction
    at: datetime
    by_agent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """What the agents of a queue did: their log, from the last line before the interval on, and all their
    work in it, in whichever queue; `open_items` is what they hold now, whose last segment has not ended."""

    marks: tuple[AgentMark, ...]
    segments: tuple[Segment, ...]
    open_items: tuple[WorkItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Everything in reach as it stands: the queues, the agents who serve them, the open work, and the calls that
    agents are in."""

    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    items: tuple[WorkItem, ...]
    calls: tuple[Call, ...] = ()


class InsightStore(Protocol):
    """Reads for figures, off the touch path."""

    async def queue(self, principal: Principal, queue_id: QueueId) -> Queue:
        """The queue and its target. Raises NotFound."""
        ...

    async def floor(self, principal: Principal) -> Floor:
        """Queues by name, agents by name, open items by the time they were first queued."""
        ...

    async def oldest_waiting(self, principal: Principal) -> Mapping[QueueId, datetime | None]:
        """Since when the first in line of each queue in reach has waited; None where nobody waits."""
        ...

    async def work_rows(
        self, principal: Principal, queue_id: QueueId | None, from_at: datetime, to_at: datetime
    ) -> Sequence[WorkRow]:
        """Passes that entered the queue in [from_at, to_at), by the time they did."""
        ...

    async def segments(
        self, principal: Principal, queue_id: QueueId | None, from_at: datetime, to_at: datetime
    ) -> Sequence[Segment]:
        """Segments of the queue that touch [from_at, to_at), by their beginning."""
        ...

    async def staff(
        self, principal: Principal, queue_id: QueueId, from_at: datetime, to_at: datetime
    ) -> Staff:
        """What the agents who serve the queue did in [from_at, to_at), by time."""
        ...

    async def recent_answers(
        self, principal: Principal, queue_id: QueueId | None, since_at: datetime
    ) -> Sequence[RecentAnswer]:
        """The newest answers since then, at most 50 of a queue, oldest first."""
        ...

    async def touch_marks(
        self, principal: Principal, queue_id: QueueId, from_at: datetime, to_at: datetime
    ) -> Sequence[TouchMark]:
        """Messages of the interactions that entered the queue in [from_at, to_at), by interaction and seq."""
        ...
