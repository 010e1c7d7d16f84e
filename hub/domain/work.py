"""One pass of an interaction through a queue: the work item, its allowed steps, and the one door they go through."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.domain.agent import Media
from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId, UserId, WorkItemId
from hub.domain.segment import Segment, SegmentKind
from hub.domain.touch import Direction
from hub.domain.values import changed


class WorkState(StrEnum):
    """The life of a work item."""

    QUEUED = "queued"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    WRAP_UP = "wrap_up"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    FLOWED_OUT = "flowed_out"
    CALLBACK = "callback"
    CANCELLED = "cancelled"


_LEFT_THE_LINE = frozenset(
    {WorkState.ABANDONED, WorkState.FLOWED_OUT, WorkState.CALLBACK, WorkState.CANCELLED}
)

STEPS: dict[WorkState, frozenset[WorkState]] = {
    WorkState.QUEUED: frozenset({WorkState.OFFERED}) | _LEFT_THE_LINE,
    WorkState.OFFERED: frozenset({WorkState.QUEUED, WorkState.ASSIGNED}) | _LEFT_THE_LINE,
    WorkState.ASSIGNED: frozenset({WorkState.WRAP_UP, WorkState.COMPLETED, WorkState.QUEUED}),
    WorkState.WRAP_UP: frozenset({WorkState.COMPLETED}),
    WorkState.COMPLETED: frozenset(),
    WorkState.ABANDONED: frozenset(),
    WorkState.FLOWED_OUT: frozenset(),
    WorkState.CALLBACK: frozenset(),
    WorkState.CANCELLED: frozenset(),
}
"""Allowed steps; everything else is refused by `WorkItem.stepped`."""

OPEN_STATES = frozenset({WorkState.QUEUED, WorkState.OFFERED, WorkState.ASSIGNED, WorkState.WRAP_UP})
WAITING_STATES = frozenset({WorkState.QUEUED, WorkState.OFFERED})

REPLY_FAILED = "reply_failed"
"""The reason of work that is in its line again because the answer did not reach the client."""

PRIORITY_STEP = timedelta(seconds=30)
"""One step of priority is worth this much waiting. The key is static, so the order never changes by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One pass of an interaction through a queue.

    `first_queued_at` never changes: returned work keeps its place. `urgent_at` is the ageing key
    (`first_queued_at − priority × 30 s`): the smaller, the sooner. `epoch` fences: it grows with every offer,
    and whoever acts on an old one is refused. `weight` is the units of attention it takes from its agent.
    `state_at` is when the present stage began; `deadline_at` when it ends by itself, if it does. `assigned_at`
    is the present assignment's beginning, `answered_at` the first one's (every figure counts that).
    `received_at` is when the touch that queued it reached us. `held`: the client of a call hears music, and
    `state_at` is since when they do (or do not any more). `direction` is `outbound` for a pass that one of
    us began: nobody waited for it, so the figures of its queue leave it out.
    """

    id: WorkItemId
    tenant_id: TenantId
    interaction_id: InteractionId
    person_id: PersonId
    queue_id: QueueId
    channel: str
    media: Media
    language: str
    skills: dict[str, int]
    priority: int
    state: WorkState
    first_queued_at: datetime
    queued_at: datetime
    urgent_at: datetime
    state_at: datetime
    received_at: datetime
    deadline_at: datetime | None = None
    assigned_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent_id: UserId | None = None
    preferred_agent_id: UserId | None = None
    weight: int = 0
    epoch: int = 0
    version: int = 1
    direction: Direction = Direction.INBOUND
    held: bool = False

    def stepped(
        self,
        to: WorkState,
        at: datetime,
        *,
        agent_id: UserId | None = None,
        deadline_at: datetime | None = None,
        weight: int | None = None,
    ) -> "WorkItem":
        """The item after the step `to` at `at`. The only way a state changes.

        Raises Conflict (`work_moved_on`) when the step is not allowed from the present state.
        """
        if to not in STEPS[self.state]:
            raise Conflict(f"work is {self.state}, not to become {to}", code="work_moved_on")
        changes: dict[str, Any] = {
            "state": to,
            "state_at": at,
            "deadline_at": deadline_at,
            "version": self.version + 1,
            "held": False,
        }
        if agent_id is not None:
            changes["agent_id"] = agent_id
        if weight is not None:
            changes["weight"] = weight
        if to is WorkState.OFFERED:
            changes["epoch"] = self.epoch + 1
        elif to is WorkState.ASSIGNED:
            changes |= {"assigned_at": at, "answered_at": self.answered_at or at}
        elif to is WorkState.QUEUED:
            again = at if self.state is WorkState.ASSIGNED else self.queued_at
            changes |= {"queued_at": again, "assigned_at": None, "agent_id": None, "weight": 0}
        elif to not in OPEN_STATES:
            changes["ended_at"] = at
        return changed(self, **changes)


def begun(
    *,
    id: WorkItemId,  # noqa: A002 - the item's own field
    interaction_id: InteractionId,
    person_id: PersonId,
    tenant_id: TenantId,
    queue_id: QueueId,
    channel: str,
    media: Media,
    language: str,
    skills: dict[str, int],
    priority: int,
    agent_id: UserId,
    weight: int,
    at: datetime,
) -> WorkItem:
    """A pass that one of us begins: in hand from its first moment, so it has no time in line and no offer."""
    return WorkItem(
        id=id,
        tenant_id=tenant_id,
        interaction_id=interaction_id,
        person_id=person_id,
        queue_id=queue_id,
        channel=channel,
        media=media,
        language=language,
        skills=skills,
        priority=priority,
        state=WorkState.ASSIGNED,
        first_queued_at=at,
        queued_at=at,
        urgent_at=urgent_at(at, priority),
        state_at=at,
        received_at=at,
        assigned_at=at,
        answered_at=at,
        agent_id=agent_id,
        weight=weight,
        epoch=1,
        direction=Direction.OUTBOUND,
    )


def prioritised(item: WorkItem, priority: int) -> WorkItem:
    """The waiting item at another priority: no step, so its stage goes on, and its place is what follows from it.

    Raises Conflict (`work_moved_on`) when it does not wait any more.
    """
    if item.state not in WAITING_STATES:
        raise Conflict(f"work is {item.state}, it has no place in line", code="work_moved_on")
    return changed(
        item,
        priority=priority,
        urgent_at=urgent_at(item.first_queued_at, priority),
        version=item.version + 1,
    )


def put_on_hold(item: WorkItem, held: bool, at: datetime) -> WorkItem:
    """The call in hand with its client on hold, or back: no step, but another interval begins.

    Raises Conflict (`work_moved_on`) when nobody has it in hand any more.
    """
    if item.state is not WorkState.ASSIGNED:
        raise Conflict(f"work is {item.state}, nobody is talking", code="work_moved_on")
    return changed(item, held=held, state_at=at, version=item.version + 1)


def is_other_interval(before: WorkItem, after: WorkItem) -> bool:
    """Whether the change from `before` to `after` ends an interval; another priority, for one, ends nothing."""
    return before.state is not after.state or before.held is not after.held


def urgent_at(first_queued_at: datetime, priority: int) -> datetime:
    """The static ageing key: priority first, then time waited since the first time it was queued."""
    return first_queued_at - priority * PRIORITY_STEP


def segment_ended_by(before: WorkItem, after: WorkItem) -> Segment | None:
    """The interval that the step from `before` to `after` ends, or None for one that ends nothing.

    Waiting and being asked are two segments (`queue`, `alert`); text work is one `text` segment, a call is `talk`
    and `hold` in turns.
    """
    if before.state is after.state and before.held is not after.held and after.state_at <= before.state_at:
        return None  # on hold and back within one instant: the talk goes on
    kind = {
        WorkState.QUEUED: SegmentKind.QUEUE,
        WorkState.OFFERED: SegmentKind.ALERT,
        WorkState.ASSIGNED: _in_hand(before),
        WorkState.WRAP_UP: SegmentKind.WRAP_UP,
    }.get(before.state)
    if kind is None:
        return None
    return Segment(
        tenant_id=before.tenant_id,
        interaction_id=before.interaction_id,
        work_item_id=before.id,
        queue_id=before.queue_id,
        agent_id=None if kind is SegmentKind.QUEUE else before.agent_id,
        kind=kind,
        started_at=before.state_at,
        ended_at=max(after.state_at, before.state_at),
    )


def _in_hand(item: WorkItem) -> SegmentKind:
    if item.media is not Media.VOICE:
        return SegmentKind.TEXT
    return SegmentKind.HOLD if item.held else SegmentKind.TALK


def shown_channel(item: WorkItem) -> str:
    """How the work came, as people see it: `voicemail` is a message left on the telephone. Nobody is on the line."""
    return "voicemail" if item.channel == "sip" and item.media is Media.MAIL else item.channel
