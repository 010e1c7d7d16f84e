"""A work item held for one agent who has been asked."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, QueueId, ReservationId, TenantId, UserId, WorkItemId


class ReservationState(StrEnum):
    """`accepted` is the assignment; the others are ways an offer ended."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


STEPS: dict[ReservationState, frozenset[ReservationState]] = {
    ReservationState.OFFERED: frozenset(
        {
            ReservationState.ACCEPTED,
            ReservationState.DECLINED,
            ReservationState.EXPIRED,
            ReservationState.WITHDRAWN,
        }
    ),
    ReservationState.ACCEPTED: frozenset(),
    ReservationState.DECLINED: frozenset(),
    ReservationState.EXPIRED: frozenset(),
    ReservationState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Agents a rule filtered out: the rule's stable name, what it asked for, how many, and some of their names."""

    rule: str
    wanted: str = ""
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why this agent: the reason's stable name, numbers behind it, who else was considered and who was not.

    `reason` is `last_agent`, `only_one`, `least_loaded` or `longest_idle` when the router decided, and
    `handed_over`, `given`, `taken_over`, `started` or `consulted` when a person did (`by`); `idle_s` is the
    chosen one's idle time; `considered` counts the staff of the queue, `could` those who could take it now;
    `next_names` are the ones who would have been asked next; `text` is the same in an English sentence.
    """

    reason: str
    chosen: str
    idle_s: float
    considered: int
    could: int
    next_names: tuple[str, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    place: int = 1
    text: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A work item held for one agent. `epoch` is the work item's at the time of the offer (fencing).

    `ended_at` is when the offer ended or, for an accepted one, when the agent was done (None: still held).
    """

    id: ReservationId
    tenant_id: TenantId
    work_item_id: WorkItemId
    interaction_id: InteractionId
    queue_id: QueueId
    agent_id: UserId
    state: ReservationState
    epoch: int
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    why: Why = field(default_factory=lambda: Why(reason="", chosen="", idle_s=0, considered=0, could=0))

    def stepped(self, to: ReservationState, at: datetime, *, reason: str = "") -> "Reservation":
        """The reservation after the step. Raises Conflict (`offer_over`) when it is not offered any more."""
        if to not in STEPS[self.state]:
            raise Conflict(f"the offer is {self.state} already", code="offer_over")
        done = None if to is ReservationState.ACCEPTED else at
        return replace(self, state=to, answered_at=at, ended_at=done, reason=reason)
