"""Reports by queue, agent, channel or time: the sums of a group, its figures, and the rows behind each of them.

The store adds up (`Sums`); every figure is made of sums here, by the definitions that the live figures use.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from hub.domain.access import Principal
from hub.domain.service_level import DEFINITIONS, Counts, ratio
from hub.insight.figures import ITEMS, SECONDS, SHARE
from hub.insight.log import LogFilter
from hub.insight.periods import Bucket

SLOT_US = 900_000_000
"""A quarter of an hour: every zone's midnight and every full hour is at one of these."""


class GroupBy(StrEnum):
    """What a row of the report is."""

    QUEUE = "queue"
    AGENT = "agent"
    CHANNEL = "channel"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


BY_TIME = frozenset({GroupBy.HOUR, GroupBy.DAY, GroupBy.WEEK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What one group adds up to. `wait_us` is of the answered, `handle_us` of the handled.

    `rated` passes have a rating of their interaction: `scores` is their sum, `satisfied` those of 4 and 5.
    `late_…` count passes in whose queue that clock of the conversation was not kept.
    """

    counts: Counts = field(default_factory=Counts)
    wait_us: int = 0
    handled: int = 0
    handle_us: int = 0
    rated: int = 0
    satisfied: int = 0
    scores: int = 0
    late_first: int = 0
    late_next: int = 0
    late_resolution: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            counts=_added(self.counts, other.counts),
            wait_us=self.wait_us + other.wait_us,
            handled=self.handled + other.handled,
            handle_us=self.handle_us + other.handle_us,
            rated=self.rated + other.rated,
            satisfied=self.satisfied + other.satisfied,
            scores=self.scores + other.scores,
            late_first=self.late_first + other.late_first,
            late_next=self.late_next + other.late_next,
            late_resolution=self.late_resolution + other.late_resolution,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTime:
    """How long agents had work, and how long they had work or were free; both are wall-clock time."""

    work_us: int = 0
    work_or_free_us: int = 0

    def __add__(self, other: "AgentTime") -> "AgentTime":
        return AgentTime(
            work_us=self.work_us + other.work_us,
            work_or_free_us=self.work_or_free_us + other.work_or_free_us,
        )


class ReportFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure beside that of the period before. `rows` passes are behind it; `drill` is the log's address
    query that finds exactly them, empty where a figure is not made of passes."""

    name: str
    value: float | None
    before: float | None
    unit: str
    formula: str
    rows: int | None
    drill: str


class ReportGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the report. `key` is an id, a channel, or the beginning on the clock of the house."""

    key: str
    label: str
    from_at: datetime
    to_at: datetime
    figures: tuple[ReportFigure, ...]
    service_levels: tuple[ReportFigure, ...]


class GroupedReport(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of [from_at, to_at) as known at `as_of`, beside those of the period before."""

    by: GroupBy
    time_zone: str
    from_at: datetime
    to_at: datetime
    before_from_at: datetime
    before_to_at: datetime
    as_of: datetime
    total: ReportGroup
    items: tuple[ReportGroup, ...]
    next: str | None


class SumsStore(Protocol):
    """Adds up passes in the store. Everybody gets what their role reaches."""

    async def sums(
        self, principal: Principal, wanted: LogFilter, by: GroupBy, now: datetime
    ) -> Mapping[str, Sums]:
        """The sums by queue id, agent id (empty: nobody), channel, or number of the slot since 1970."""
        ...


class AgentTimes(Protocol):
    """Adds up the time of agents."""

    async def times(
        self, principal: Principal, from_at: datetime, to_at: datetime, now: datetime
    ) -> Mapping[str, AgentTime]:
        """By agent id, of those in reach who had work or were free in the period, as far as it has come by `now`.

        Raises Forbidden.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """How a figure is made, and which passes are behind it: the log's words, and their number."""

    name: str
    unit: str
    formula: str
    value: Callable[[Sums], float | None]
    drill: Mapping[str, str]
    rows: Callable[[Sums], int]


def _counted(name: str, formula: str, drill: Mapping[str, str], count: Callable[[Counts], int]) -> _Made:
    return _Made(
        name=name,
        unit=ITEMS,
        formula=formula,
        value=lambda s: count(s.counts),
        drill=drill,
        rows=lambda s: count(s.counts),
    )


def _late(clock: str, formula: str, count: Callable[[Sums], int]) -> _Made:
    return _Made(
        name=f"late_{clock}", unit=ITEMS, formula=formula, value=count, drill={"late": clock}, rows=count
    )


_ANSWERED = {"outcome": "answered"}
_DECIDED = {"outcome": "answered,abandoned"}
_AND_FLOWED = {"outcome": "answered,abandoned,flowed_out"}
_NOT_SHORT = {"short": "without"}

_FIGURES = (
    _counted("offered", "entered the queue in the period", {}, lambda c: c.offered),
    _counted("answered", "connected to an agent", _ANSWERED, lambda c: c.answered),
    _counted("abandoned", "the client left while waiting", {"outcome": "abandoned"}, lambda c: c.abandoned),
    _counted("short_abandon", "abandoned within S", {"short": "only"}, lambda c: c.short_abandoned),
    _counted(
        "flowed_out",
        "left the line by our doing: overflow, transfer, or taken out",
        {"outcome": "flowed_out"},
        lambda c: c.flowed_out,
    ),
    _counted(
        "callback",
        "asked to be called back instead of waiting",
        {"outcome": "callback"},
        lambda c: c.callback,
    ),
    _counted(
        "still_waiting",
        "offered − answered − abandoned − flowed out − callback",
        {"outcome": "still_waiting"},
        lambda c: c.still_waiting,
    ),
    _Made(
        name="abandonment_rate",
        unit=SHARE,
        formula="abandoned / offered",
        value=lambda s: ratio(s.counts.abandoned, s.counts.offered),
        drill={},
        rows=lambda s: s.counts.offered,
    ),
    _Made(
        name="asa",
        unit=SECONDS,
        formula="Σ wait of answered / answered",
        value=lambda s: ratio(s.wait_us / 1_000_000, s.counts.answered),
        drill=_ANSWERED,
        rows=lambda s: s.counts.answered,
    ),
    _Made(
        name="aht",
        unit=SECONDS,
        formula="Σ (talk + hold + text + wrap-up) / handled; handled: answered, and the work is over",
        value=lambda s: ratio(s.handle_us / 1_000_000, s.handled),
        drill={"handled": "true"},
        rows=lambda s: s.handled,
    ),
    _Made(
        name="csat",
        unit=SHARE,
        formula="ratings of 4 and 5 / ratings",
        value=lambda s: ratio(s.satisfied, s.rated),
        drill={"rated": "true"},
        rows=lambda s: s.rated,
    ),
    _Made(
        name="csat_mean",
        unit=ITEMS,
        formula="Σ score / ratings; a score is 1 to 5",
        value=lambda s: ratio(s.scores, s.rated),
        drill={"rated": "true"},
        rows=lambda s: s.rated,
    ),
    _Made(
        name="response_rate",
        unit=SHARE,
        formula="ratings / answered",
        value=lambda s: ratio(s.rated, s.counts.answered),
        drill={"rated": "true"},
        rows=lambda s: s.rated,
    ),
    _late("first_response", "the first answer was due and came later, or not at all", lambda s: s.late_first),
    _late("next_response", "a further answer was due and came later, or not at all", lambda s: s.late_next),
    _late(
        "resolution",
        "the conversation was to be closed by then and was closed later, or not at all",
        lambda s: s.late_resolution,
    ),
)

_BEHIND_LEVELS: dict[str, tuple[Mapping[str, str], Callable[[Counts], int]]] = {
    "strict": (_NOT_SHORT, lambda c: c.offered - c.short_abandoned),
    "every_abandon": ({}, lambda c: c.offered),
    "genesys": (_DECIDED, lambda c: c.answered + c.abandoned),
    "genesys_with_flow_out": (_AND_FLOWED, lambda c: c.answered + c.abandoned + c.flowed_out),
    "genesys_without_short": (
        _DECIDED | _NOT_SHORT,
        lambda c: c.answered + c.abandoned - c.short_abandoned,
    ),
    "genesys_with_flow_out_without_short": (
        _AND_FLOWED | _NOT_SHORT,
        lambda c: c.answered + c.abandoned + c.flowed_out - c.short_abandoned,
    ),
    "connect": ({}, lambda c: c.offered),
    "asterisk": (_ANSWERED, lambda c: c.answered),
    "asterisk2": (_DECIDED, lambda c: c.answered + c.abandoned),
}


def report_group(
    sums: Sums,
    earlier: Sums,
    *,
    key: str,
    label: str,
    from_at: datetime,
    to_at: datetime,
    log: Mapping[str, str],
    times: tuple[AgentTime, AgentTime] | None = None,
) -> ReportGroup:
    """The row of one group; `log` are the words of the log's address that find its passes.

    `times` are of the group's agents, in the period and the one before: with them there is an occupancy.
    """

    def figure(made: _Made) -> ReportFigure:
        return ReportFigure(
            name=made.name,
            value=made.value(sums),
            before=made.value(earlier),
            unit=made.unit,
            formula=made.formula,
            rows=made.rows(sums),
            drill=urlencode({**log, **made.drill}, safe=",:"),
        )

    levels = []
    for definition in DEFINITIONS:
        words, count = _BEHIND_LEVELS[definition.name]
        levels.append(
            ReportFigure(
                name=definition.name,
                value=definition.value(sums.counts),
                before=definition.value(earlier.counts),
                unit=SHARE,
                formula=definition.formula,
                rows=count(sums.counts),
                drill=urlencode({**log, **words}, safe=",:"),
            )
        )
    return ReportGroup(
        key=key,
        label=label,
        from_at=from_at,
        to_at=to_at,
        figures=(*(figure(made) for made in _FIGURES), *([] if times is None else [_occupancy(*times)])),
        service_levels=tuple(levels),
    )


def _occupancy(now: AgentTime, earlier: AgentTime) -> ReportFigure:
    return ReportFigure(
        name="occupancy",
        value=ratio(now.work_us, now.work_or_free_us),
        before=ratio(earlier.work_us, earlier.work_or_free_us),
        unit=SHARE,
        formula="wall-clock time with work / (time with work + idle)",
        rows=None,
        drill="",
    )


def in_buckets(sums: Mapping[str, Sums], buckets: Sequence[Bucket]) -> list[Sums]:
    """The sums of each bucket, from those of the slots. Every slot lies in one bucket."""
    slots = {int(slot): found for slot, found in sums.items()}
    added = []
    for bucket in buckets:
        first, end = _slot(bucket.from_at), -(-int(bucket.to_at.timestamp() * 1_000_000) // SLOT_US)
        total = Sums()
        for slot in range(first, end):
            if slot in slots:
                total += slots.pop(slot)
        added.append(total)
    return added


def _slot(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) // SLOT_US


def _added(one: Counts, other: Counts) -> Counts:
    return Counts(**{f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(Counts)})
