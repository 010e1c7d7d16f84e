"""A decision that the store has not confirmed yet, with the facts it was taken on.

Structs of msgspec, because they are made in a fifth of the time of a frozen dataclass, once for every decision.
"""

from datetime import datetime

import msgspec

from hub.domain.ids import UserId
from hub.domain.work import WorkItem
from hub.routing.seat import Rank


class WhyFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The floor at the moment of the decision. Sets of agents are ints with one bit a slot; `names` is by slot.

    The staff of the queue is `qualified` and those in `lacking`, one set for each of `wanted`. `able` are the
    qualified who are not avoided, `free` those with room for the medium, whatever they are qualified for.
    `could` holds the least ranks of those who could take it, the chosen one's among them if it is one of the
    least; `chosen` is that one's,
    `is_last_agent` says that the client was theirs before. `place` counts the line of the queue from 1.
    """

    at: datetime
    queue_name: str
    place: int
    chosen: Rank
    is_last_agent: bool
    could: list[Rank]
    names: tuple[str, ...]
    wanted: tuple[tuple[str, int], ...]
    lacking: tuple[int, ...]
    qualified: int
    able: int
    offline: int
    paused: int
    on_call: int
    free: int


class PlannedOffer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Offer `item` to the agent, who would give it `weight` units. The item is as it waited."""

    item: WorkItem
    agent_id: UserId
    weight: int
    why_facts: WhyFacts
