"""How well a queue answered: what became of each pass, the counts, and the published service levels."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import InteractionId, QueueId, WorkItemId
from hub.domain.queue import ServiceLevelTarget
from hub.domain.work import WorkState


class Outcome(StrEnum):
    """What became of a pass, as of a moment: exactly one of these, so the counts add up to `offered`."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    FLOWED_OUT = "flowed_out"
    CALLBACK = "callback"
    STILL_WAITING = "still_waiting"


_WAYS_OUT = {
    WorkState.ABANDONED: Outcome.ABANDONED,
    WorkState.FLOWED_OUT: Outcome.FLOWED_OUT,
    WorkState.CALLBACK: Outcome.CALLBACK,
    # taken out of the line by us: not the client's doing, and not to be hidden from the figures
    WorkState.CANCELLED: Outcome.FLOWED_OUT,
    WorkState.COMPLETED: Outcome.ANSWERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One pass through a queue, as far as figures need it.

    `answered_at` is the first connection to an agent: a pass that was answered stays answered, even if the
    work later came back to the line. `handle_s` is the talk, hold, text and wrap-up time of its segments.
    """

    work_item_id: WorkItemId
    interaction_id: InteractionId
    queue_id: QueueId
    first_queued_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    state: WorkState
    handle_s: float = 0.0

    def entered(self, from_at: datetime, to_at: datetime) -> bool:
        """Whether the pass began in [from_at, to_at): the interval whose figures it belongs to, for good."""
        return from_at <= self.first_queued_at < to_at

    def outcome(self, as_of: datetime) -> Outcome:
        """What had become of it by `as_of`, that moment included."""
        if self.answered_at is not None and self.answered_at <= as_of:
            return Outcome.ANSWERED
        if self.ended_at is not None and self.ended_at <= as_of:
            return _WAYS_OUT[self.state]
        return Outcome.STILL_WAITING

    def wait_s(self, as_of: datetime) -> float:
        """Seconds from the first time in line until the outcome, or until `as_of` while it waits.

        Never below 0, also where the clock was set back in between.
        """
        match self.outcome(as_of):
            case Outcome.ANSWERED if self.answered_at is not None:
                until = self.answered_at
            case Outcome.STILL_WAITING:
                until = as_of
            case _:
                until = self.ended_at or as_of
        return max(0.0, (until - self.first_queued_at).total_seconds())

    def was_handled(self, as_of: datetime) -> bool:
        """Whether an agent had it and all work on it, the wrap-up included, was over by `as_of`."""
        return (
            self.answered_at is not None
            and self.answered_at <= as_of
            and self.ended_at is not None
            and self.ended_at <= as_of
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many passes went which way. `*_in_time` had their outcome within T seconds, T included."""

    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    short_abandoned: int = 0
    flowed_out: int = 0
    callback: int = 0
    callback_in_time: int = 0
    still_waiting: int = 0


def is_short_abandon(row: WorkRow, target: ServiceLevelTarget, as_of: datetime) -> bool:
    """Whether the client left before they can be said to have waited."""
    return row.outcome(as_of) is Outcome.ABANDONED and row.wait_s(as_of) < target.short_abandon_s


def is_in_time(row: WorkRow, target: ServiceLevelTarget, as_of: datetime) -> bool:
    """Whether the outcome came within T."""
    return row.wait_s(as_of) <= target.threshold_s


def counts_of(rows: Iterable[WorkRow], target: ServiceLevelTarget, as_of: datetime) -> Counts:
    """The counts of `rows`, measured as of `as_of`.

    `offered = answered + abandoned + flowed_out + callback + still_waiting`, whatever the rows are.
    """
    total = dict.fromkeys(Outcome, 0)
    in_time = dict.fromkeys(Outcome, 0)
    offered = short = 0
    for row in rows:
        outcome = row.outcome(as_of)
        offered += 1
        total[outcome] += 1
        in_time[outcome] += is_in_time(row, target, as_of)
        short += is_short_abandon(row, target, as_of)
    return Counts(
        offered=offered,
        answered=total[Outcome.ANSWERED],
        answered_in_time=in_time[Outcome.ANSWERED],
        abandoned=total[Outcome.ABANDONED],
        abandoned_in_time=in_time[Outcome.ABANDONED],
        short_abandoned=short,
        flowed_out=total[Outcome.FLOWED_OUT],
        callback=total[Outcome.CALLBACK],
        callback_in_time=in_time[Outcome.CALLBACK],
        still_waiting=total[Outcome.STILL_WAITING],
    )


def ratio(part: float, whole: float) -> float | None:
    """part / whole, or None where there is nothing to divide by."""
    return part / whole if whole else None


def strict(c: Counts) -> float | None:
    """Ours, the default: everything that came counts, except clients who left before S."""
    return ratio(c.answered_in_time, c.offered - c.short_abandoned)


def every_abandon(c: Counts) -> float | None:
    """As strict, but short abandons count against us too."""
    return ratio(c.answered_in_time, c.offered)


def genesys(c: Counts, *, flowed_out: bool = False, without_short: bool = False) -> float | None:
    """Genesys Cloud, with its switches: flow-outs counted in, short abandons left out."""
    whole = c.answered + c.abandoned
    if flowed_out:
        whole += c.flowed_out
    if without_short:
        whole -= c.short_abandoned
    return ratio(c.answered_in_time, whole)


def connect(c: Counts) -> float | None:
    """Amazon Connect: whatever ended within T is good, whichever way it ended."""
    return ratio(c.answered_in_time + c.abandoned_in_time + c.callback_in_time, c.offered)


def asterisk(c: Counts) -> float | None:
    """Asterisk `Queue()`: of those answered only, so it says nothing about those who left."""
    return ratio(c.answered_in_time, c.answered)


def asterisk2(c: Counts) -> float | None:
    """Asterisk's second figure: abandons within T are good."""
    return ratio(c.answered_in_time + c.abandoned_in_time, c.answered + c.abandoned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One published meaning of "service level": its name, its formula in words, and how it is computed."""

    name: str
    formula: str
    value: Callable[[Counts], float | None]


DEFINITIONS = (
    Definition(name="strict", formula="answered≤T / (offered − short abandons)", value=strict),
    Definition(name="every_abandon", formula="answered≤T / offered", value=every_abandon),
    Definition(name="genesys", formula="answered≤T / (answered + abandoned)", value=genesys),
    Definition(
        name="genesys_with_flow_out",
        formula="answered≤T / (answered + abandoned + flowed out)",
        value=lambda c: genesys(c, flowed_out=True),
    ),
    Definition(
        name="genesys_without_short",
        formula="answered≤T / (answered + abandoned − short abandons)",
        value=lambda c: genesys(c, without_short=True),
    ),
    Definition(
        name="genesys_with_flow_out_without_short",
        formula="answered≤T / (answered + abandoned + flowed out − short abandons)",
        value=lambda c: genesys(c, flowed_out=True, without_short=True),
    ),
    Definition(name="connect", formula="(answered≤T + abandoned≤T + callback≤T) / offered", value=connect),
    Definition(name="asterisk", formula="answered≤T / answered", value=asterisk),
    Definition(
        name="asterisk2", formula="(answered≤T + abandoned≤T) / (answered + abandoned)", value=asterisk2
    ),
)
"""All of them, the default first: shown side by side, because on one day they may be twenty points apart."""
