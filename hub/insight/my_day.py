"""An agent's own day: the figures that the manager's reports have of them, made in the same way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.segment import SegmentKind
from hub.insight.activity import OFFLINE, AgentDay, AgentRecord, agent_day
from hub.insight.figures import ITEMS, SECONDS, SHARE, Figure
from hub.insight.grouped import Sums, report_group
from hub.insight.intervals import length_s, united


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """All that is known of one agent in a period. `sums` are of the passes that came in it and were theirs,
    `started` counts those that they began themselves."""

    record: AgentRecord
    sums: Sums
    started: int
    declined: int
    missed: int


class MyDayStore(Protocol):
    """Reads what the one who asks did."""

    async def own(self, principal: Principal, from_at: datetime, to_at: datetime, now: datetime) -> OwnRecord:
        """The period of this principal, empty for somebody who did nothing. Raises Forbidden."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """The agent's day as the activity report has it, and the figures made of it and of the passes."""

    day: AgentDay
    figures: tuple[Figure, ...]


def own_day(own: OwnRecord, from_at: datetime, to_at: datetime, now: datetime) -> OwnDay:
    """The figures of [from_at, to_at), as far as it has come by `now`."""
    day = agent_day(own.record, from_at, to_at, now)
    passes = report_group(own.sums, Sums(), key="", label="", from_at=from_at, to_at=to_at, log={})
    aht = next(figure for figure in passes.figures if figure.name == "aht")
    text_s = length_s(united((s.from_at, s.to_at) for s in day.work if s.kind is SegmentKind.TEXT))
    offline_s = sum((s.to_at - s.from_at).total_seconds() for s in day.states if s.state == OFFLINE)
    figures = tuple(
        Figure(name=name, value=value, unit=unit, formula=formula)
        for name, value, unit, formula in (
            ("handled", own.sums.handled, ITEMS, "came in today, answered by you, and the work is over"),
            ("started", own.started, ITEMS, "conversations with clients that you began today"),
            ("aht", aht.value, SECONDS, aht.formula),
            ("text", text_s, SECONDS, "wall-clock time with at least one text conversation"),
            ("wrap_up", day.wrap_up_s, SECONDS, "wall-clock time with work to finish after the conversation"),
            ("occupancy", day.occupancy, SHARE, "wall-clock time with work / (time with work + idle)"),
            ("declined", own.declined, ITEMS, "offers made to you today that you declined"),
            ("missed", own.missed, ITEMS, "offers made to you today that ran out without an answer"),
            ("available", day.available_s, SECONDS, "there, and taking work"),
            ("paused", day.paused_s, SECONDS, "there, and on a pause"),
            ("offline", offline_s, SECONDS, "not there; today until now − available − paused"),
        )
    )
    return OwnDay(day=day, figures=figures)
