"""A decision that the store has not confirmed yet, with the facts it was taken on.

Structs of msgspec, because they are made in a fifth of the time of a frozen dataclass, once for every decision.
"""

from datetime import datetime

import msgspec

from hub.domain.ids import UserId
from hub.domain.queue import RoutingOrder
from hub.domain.work import WorkItem
from hub.routing.seat import Rank


class Staff(msgspec.Struct, frozen=True, gc=False):
    """The staff of a queue by what one kind of work needs.

    `lacking` has those who lack each of `wanted`, everybody under the first one missing; the others are
    `qualified`. `able` are those of the qualified who may ever be asked: they take the medium at all, and are not
    avoided (an avoidance holds only while another of them could ever take the work).
    """

    wanted: tuple[tuple[str, int], ...]
    lacking: tuple[int, ...]
    qualified: int
    able: int


class Attendance(msgspec.Struct, frozen=True, gc=False):
    """Who was who (by slot), and who was not to be asked for anything, or (`no_phone`) for a call; the sets may
    overlap."""

    names: tuple[str, ...] = ()
    offline: int = 0
    paused: int = 0
    on_call: int = 0
    no_phone: int = 0


class WhyFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The floor at the moment of the decision. Sets of agents are ints with one bit a slot.

    `free` are those with room for the medium, whatever they are qualified for. `could` holds the least ranks of
    those who could take it; `chosen` is that of the one who is asked, `is_last_agent` says that the client was
    theirs before, `is_kept` that nobody else was to be asked yet, `is_call` that a phone was needed. `order` is the
    queue's: under one of its own the ranks begin with what comes first in it. `place` counts the line of the queue
    from 1.
    """

    at: datetime
    queue_name: str
    place: int
    chosen: Rank
    is_last_agent: bool
    order: RoutingOrder = RoutingOrder.FEWEST
    is_kept: bool = False
    is_call: bool = False
    could: list[Rank]
    staff: Staff
    attendance: Attendance
    free: int


class PlannedOffer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Offer `item` to the agent, who would give it `weight` units. The item is as it waited."""

    item: WorkItem
    agent_id: UserId
    weight: int
    why_facts: WhyFacts
