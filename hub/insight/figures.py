"""The figures of one queue in one interval, each with its formula and the rows it was computed from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.errors import Invalid
from hub.domain.ids import QueueId
from hub.domain.queue import Queue, ServiceLevelTarget
from hub.domain.segment import Segment
from hub.domain.service_level import (
    DEFINITIONS,
    Counts,
    Outcome,
    WorkRow,
    counts_of,
    is_short_abandon,
    ratio,
)
from hub.insight.responses import ResponseGap, mean_response_s
from hub.insight.staffing import StaffedSpan, occupancy, slot_utilisation

ITEMS, SECONDS, SHARE = "items", "s", "share"
"""Units of figures. A share is between 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure by its name in the terms; `value` is None where there is nothing to compute from."""

    name: str
    value: float | None
    unit: str
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the figures of a queue are computed from.

    `rows` are the passes that entered the queue in the interval; `segments` and `spans` are all the work and
    the presence of its agents in it; `gaps` are the waits for words in those interactions.
    """

    rows: Sequence[WorkRow]
    segments: Sequence[Segment] = ()
    spans: Sequence[StaffedSpan] = ()
    gaps: Sequence[ResponseGap] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """The figures of one queue for the passes that entered it in [from_at, to_at), measured as of `as_of`."""

    queue_id: QueueId
    from_at: datetime
    to_at: datetime
    as_of: datetime
    counts: Counts
    figures: tuple[Figure, ...]
    service_levels: tuple[Figure, ...] = field(default=())


def figures_of(
    queue: Queue, material: Material, from_at: datetime, to_at: datetime, as_of: datetime | None = None
) -> QueueFigures:
    """All figures of `queue`. `as_of` is the end of the interval unless told otherwise.

    A pass belongs to the interval in which it entered the queue, for good; `as_of` says how far its story is
    known. Later than `to_at`, clients who came at the last minute have their outcome too; earlier (the
    interval is not over), what came after it does not exist yet.
    """
    as_of = to_at if as_of is None else as_of
    rows = _entered(material.rows, queue.id, from_at, to_at, as_of)
    counts = counts_of(rows, queue.service_level, as_of)
    target = _target(queue.service_level)
    return QueueFigures(
        queue_id=queue.id,
        from_at=from_at,
        to_at=to_at,
        as_of=as_of,
        counts=counts,
        figures=(
            *_counted(counts, queue.service_level),
            Figure(
                name="asa", value=asa_s(rows, as_of), unit=SECONDS, formula="Σ wait of answered / answered"
            ),
            Figure(
                name="aht",
                value=aht_s(rows, as_of),
                unit=SECONDS,
                formula="Σ (talk + hold + text + wrap-up) / handled; handled: answered, and the work is over",
            ),
            Figure(
                name="abandonment_rate",
                value=ratio(counts.abandoned, counts.offered),
                unit=SHARE,
                formula="abandoned / offered",
            ),
            *_of_people(material, from_at, min(to_at, as_of)),
            *_of_words(material, as_of),
        ),
        service_levels=tuple(
            Figure(name=d.name, value=d.value(counts), unit=SHARE, formula=f"{d.formula}; {target}")
            for d in DEFINITIONS
        ),
    )


def asa_s(rows: Iterable[WorkRow], as_of: datetime) -> float | None:
    """Average speed of answer, in seconds."""
    waits = [row.wait_s(as_of) for row in rows if row.outcome(as_of) is Outcome.ANSWERED]
    return ratio(sum(waits), len(waits))


def aht_s(rows: Iterable[WorkRow], as_of: datetime) -> float | None:
    """Average handle time, in seconds."""
    handled = [row.handle_s for row in rows if row.was_handled(as_of)]
    return ratio(sum(handled), len(handled))


def rows_behind(
    name: str,
    queue: Queue,
    rows: Iterable[WorkRow],
    from_at: datetime,
    to_at: datetime,
    as_of: datetime | None = None,
) -> list[WorkRow]:
    """The passes that the figure `name` divides by, or counts.

    Raises Invalid (`figure`) for a figure that is not made of passes.
    """
    as_of = to_at if as_of is None else as_of
    if name not in _BEHIND:
        raise Invalid("this figure has no list of work behind it", field="figure")
    belongs = _BEHIND[name]
    return [
        row
        for row in _entered(rows, queue.id, from_at, to_at, as_of)
        if belongs(row, queue.service_level, as_of)
    ]


def _entered(
    rows: Iterable[WorkRow], queue_id: QueueId, from_at: datetime, to_at: datetime, as_of: datetime
) -> list[WorkRow]:
    return [
        row
        for row in rows
        if row.queue_id == queue_id and row.entered(from_at, to_at) and row.first_queued_at <= as_of
    ]


def _target(target: ServiceLevelTarget) -> str:
    return f"T = {target.threshold_s:g} s, short: under {target.short_abandon_s:g} s"


def _counted(c: Counts, target: ServiceLevelTarget) -> tuple[Figure, ...]:
    return tuple(
        Figure(name=name, value=value, unit=ITEMS, formula=formula)
        for name, value, formula in (
            ("offered", c.offered, "entered the queue in the interval"),
            ("answered", c.answered, "connected to an agent"),
            ("abandoned", c.abandoned, "the client left while waiting"),
            ("short_abandon", c.short_abandoned, f"abandoned within {target.short_abandon_s:g} s"),
            ("flowed_out", c.flowed_out, "left the line by our doing: overflow, transfer, or taken out"),
            ("callback", c.callback, "asked to be called back instead of waiting"),
            (
                "still_waiting",
                c.still_waiting,
                "offered − answered − abandoned − flowed out − callback",
            ),
        )
    )


def _of_people(material: Material, from_at: datetime, to_at: datetime) -> tuple[Figure, ...]:
    return (
        Figure(
            name="occupancy",
            value=occupancy(material.segments, material.spans, from_at, to_at),
            unit=SHARE,
            formula="wall-clock time with work / (time with work + idle); the queue's agents, all queues",
        ),
        Figure(
            name="slot_utilisation",
            value=slot_utilisation(material.segments, material.spans, from_at, to_at),
            unit=SHARE,
            formula="busy text slots / configured text slots, over the time agents took work",
        ),
    )


def _of_words(material: Material, as_of: datetime) -> tuple[Figure, ...]:
    return (
        Figure(
            name="first_response",
            value=mean_response_s(material.gaps, as_of, first=True),
            unit=SECONDS,
            formula="Σ (agent's first message − client's first message) / interactions with both",
        ),
        Figure(
            name="next_response",
            value=mean_response_s(material.gaps, as_of, first=False),
            unit=SECONDS,
            formula="Σ (agent's message − first client's message before it without an answer) / such answers",
        ),
    )


_Belongs = Callable[[WorkRow, ServiceLevelTarget, datetime], bool]


def _every(row: WorkRow, target: ServiceLevelTarget, as_of: datetime) -> bool:  # noqa: ARG001 - as the others
    return True


def _with(*outcomes: Outcome, short: bool = True) -> _Belongs:
    def belongs(row: WorkRow, target: ServiceLevelTarget, as_of: datetime) -> bool:
        return row.outcome(as_of) in outcomes and (short or not is_short_abandon(row, target, as_of))

    return belongs


_BEHIND: dict[str, _Belongs] = {
    "offered": _every,
    "answered": _with(Outcome.ANSWERED),
    "abandoned": _with(Outcome.ABANDONED),
    "short_abandon": is_short_abandon,
    "flowed_out": _with(Outcome.FLOWED_OUT),
    "callback": _with(Outcome.CALLBACK),
    "still_waiting": _with(Outcome.STILL_WAITING),
    "asa": _with(Outcome.ANSWERED),
    "aht": lambda row, _, as_of: row.was_handled(as_of),
    "abandonment_rate": _every,
    "strict": _with(*Outcome, short=False),
    "every_abandon": _every,
    "genesys": _with(Outcome.ANSWERED, Outcome.ABANDONED),
    "genesys_with_flow_out": _with(Outcome.ANSWERED, Outcome.ABANDONED, Outcome.FLOWED_OUT),
    "genesys_without_short": _with(Outcome.ANSWERED, Outcome.ABANDONED, short=False),
    "genesys_with_flow_out_without_short": _with(
        Outcome.ANSWERED, Outcome.ABANDONED, Outcome.FLOWED_OUT, short=False
    ),
    "connect": _every,
    "asterisk": _with(Outcome.ANSWERED),
    "asterisk2": _with(Outcome.ANSWERED, Outcome.ABANDONED),
}
