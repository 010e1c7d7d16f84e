"""The interaction log: what may be asked of it, and what a row says. A row is one pass through a queue.

Reports count passes, so a figure and the rows behind it are the same thing under the same filter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from hub.domain.access import Principal
from hub.domain.ids import InteractionId
from hub.domain.service_level import Outcome
from hub.domain.text_times import ClockKind
from hub.domain.touch import Direction
from hub.domain.work import WorkState

MOST_COUNTED = 1_000_000
"""A count goes no further: `is_more` says so."""


class LogOrder(StrEnum):
    """What the log is sorted by. By wait or duration, work that is still under way is left out."""

    START = "start"
    WAIT = "wait"
    DURATION = "duration"


class ShortAbandons(StrEnum):
    """Clients who left before they can be said to have waited (S of their queue)."""

    WITH = ""
    WITHOUT = "without"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which passes. What is empty or None does not filter; several values of one kind are alternatives.

    `from_at` and `to_at` say when the pass entered its queue, [from, to). `waited_from_s` and `waited_below_s`
    bound the wait until the outcome, or until now. `in_time`: within T of its queue. `handled`: answered, and
    the work is over. `directions`: who began the pass, the client or one of us. `rated`: the client's rating of
    the interaction belongs to this pass, `scores` are those wanted. `tags` are on the client's card, whatever their
    case. `failed`: a reply that one of us wrote in the conversation failed, or nobody knows whether it arrived.
    `late`: one of these clocks of the conversation was not kept in the queue of the pass. `text` is looked
    for in the messages.
    """

    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    states: tuple[WorkState, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    dispositions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    directions: tuple[Direction, ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None
    waited_from_s: float | None = None
    waited_below_s: float | None = None
    in_time: bool | None = None
    handled: bool | None = None
    rated: bool | None = None
    failed: bool | None = None
    scores: tuple[int, ...] = ()
    short: ShortAbandons = ShortAbandons.WITH
    late: tuple[ClockKind, ...] = ()
    text: str = ""


class LogName(msgspec.Struct, frozen=True, kw_only=True):
    """A thing of which the log shows the name."""

    id: str
    name: str


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One pass through a queue.

    `wait_s` is until the outcome, or until now; `handle_s` its talk, hold, text and wrap-up; `duration_s` from
    the first moment in line to the end of the work, None while it is under way. `direction` is `outbound` for a
    pass that one of us began, which no figure of a queue counts. `passes` is how many passes the
    interaction has. `score` is the client's rating of the interaction, 1 to 5, on the pass it
    belongs to.
    """

    id: str
    interaction_id: str
    person: LogName
    tier: str
    queue: LogName
    channel: str
    direction: Direction
    language: str
    state: WorkState
    outcome: Outcome
    first_queued_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    agent: LogName | None
    wait_s: float
    handle_s: float
    duration_s: float | None
    disposition: str
    note: str
    score: int | None
    comment: str
    passes: int
    last_text: str


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the log. `next` goes into `?after=`; with a text a page may be short, and still have one."""

    items: tuple[LogRow, ...]
    next: str | None


class LogCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows a filter finds; `is_more`: at least so many."""

    count: int
    is_more: bool


class LogStore(Protocol):
    """Reads of the log. Everybody sees what their role reaches: own passes, those of the team's queues, or all."""

    async def page(
        self,
        principal: Principal,
        wanted: LogFilter,
        *,
        order: LogOrder,
        descending: bool,
        after: str,
        limit: int,
        now: datetime,
    ) -> LogPage:
        """A page. With a text the rows come in the order of the newest message that has it.

        Raises Forbidden, and Invalid for an `after` that is none.
        """
        ...

    async def count(self, principal: Principal, wanted: LogFilter, now: datetime) -> LogCount:
        """How many. Raises Forbidden, and Invalid (`cannot_count_text`) with a text."""
        ...

    async def tags(self, principal: Principal) -> Sequence[str]:
        """Tags that clients of passes within reach have, by name. Raises Forbidden."""
        ...

    async def passes(
        self, principal: Principal, interaction_id: InteractionId, now: datetime
    ) -> Sequence[LogRow]:
        """All passes of one interaction within reach, in order. Raises NotFound when there is none."""
        ...
