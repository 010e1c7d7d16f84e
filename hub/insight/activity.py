"""What each agent did in a period: when they were there, paused or away, and what they worked on meanwhile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

import msgspec

from hub.domain.access import Principal
from hub.domain.agent import Wish
from hub.domain.segment import SegmentKind
from hub.domain.service_level import ratio
from hub.insight.intervals import Interval, clipped, length_s, united
from hub.insight.segments import HANDLING

OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """From here on the agent wished this, and was or was not there."""

    at: datetime
    wish: Wish
    pause_reason: str
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOn:
    """An interval of work, or of being asked. `ended_at` is now for one that goes on."""

    kind: SegmentKind
    started_at: datetime
    ended_at: datetime
    queue: str
    interaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """All that is known of an agent in a period: the log from its last line before on, and the work."""

    agent_id: str
    name: str
    log: Sequence[LogLine]
    work: Sequence[WorkedOn]


class StateSpan(msgspec.Struct, frozen=True, kw_only=True):
    """A time in one state: `available`, `paused` (with its reason) or `offline`."""

    state: str
    reason: str
    from_at: datetime
    to_at: datetime


class WorkSpan(msgspec.Struct, frozen=True, kw_only=True):
    """A time of work, or of being asked."""

    kind: SegmentKind
    queue: str
    interaction_id: str
    from_at: datetime
    to_at: datetime


class PauseSum(msgspec.Struct, frozen=True, kw_only=True):
    """How long somebody paused for one reason."""

    reason: str
    seconds: float


class AgentDay(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's period, drawn and added up.

    `present_s` = `available_s` + `paused_s`. `busy_s` is wall-clock time with work, whatever the number of
    chats; `idle_s` is available without work. `occupancy` = busy / (busy + idle); `on_plan` = (available or
    busy) / present, the share of the time there that was for clients.
    """

    agent_id: str
    name: str
    states: tuple[StateSpan, ...]
    work: tuple[WorkSpan, ...]
    present_s: float
    available_s: float
    paused_s: float
    pauses: tuple[PauseSum, ...]
    busy_s: float
    idle_s: float
    alert_s: float
    wrap_up_s: float
    handled: int
    occupancy: float | None
    on_plan: float | None


class AgentDays(msgspec.Struct, frozen=True, kw_only=True):
    """The agents in reach, by name. `next` goes into `?after=`."""

    from_at: datetime
    to_at: datetime
    as_of: datetime
    time_zone: str
    items: tuple[AgentDay, ...]
    next: str | None


class ActivityStore(Protocol):
    """Reads the agents' log and their work."""

    async def records(
        self,
        principal: Principal,
        from_at: datetime,
        to_at: datetime,
        now: datetime,
        *,
        queue_id: str,
        agent_id: str,
        after: str,
        limit: int,
    ) -> Sequence[AgentRecord]:
        """Agents in reach by name, after the name and id `after`; empty texts do not filter. Raises Forbidden."""
        ...


def state_spans(log: Sequence[LogLine], from_at: datetime, until_at: datetime) -> list[StateSpan]:
    """The states of [from_at, until_at) without a gap; what was before the first line counts as away."""
    marks = [(from_at, OFFLINE, "")]
    marks += [
        (line.at, line.wish.value if line.present else OFFLINE, line.pause_reason if line.present else "")
        for line in log
    ]
    ends = [*(later[0] for _, later in pairwise(marks)), until_at]
    spans: list[StateSpan] = []
    for (at, state, reason), end in zip(marks, ends, strict=True):
        begin, stop = max(at, from_at), min(end, until_at)
        if begin >= stop:
            continue
        shown = reason if state == Wish.PAUSED else ""
        if spans and (spans[-1].state, spans[-1].reason) == (state, shown):
            begin = spans.pop().from_at
        spans.append(StateSpan(state=state, reason=shown, from_at=begin, to_at=stop))
    return spans


def agent_day(record: AgentRecord, from_at: datetime, to_at: datetime, now: datetime) -> AgentDay:
    """The agent's [from_at, to_at), as far as it has come by `now`."""
    until_at = max(from_at, min(to_at, now))
    states = state_spans(sorted(record.log, key=lambda line: line.at), from_at, until_at)
    available = [(s.from_at, s.to_at) for s in states if s.state == Wish.AVAILABLE]
    paused = [s for s in states if s.state == Wish.PAUSED]
    there = [(s.from_at, s.to_at) for s in states if s.state != OFFLINE]
    busy = united(clipped(_of(record.work, HANDLING), from_at, until_at))
    with_work = length_s(busy)
    available_s = length_s(available)
    working_or_free = length_s(united([*busy, *available]))
    idle_s = working_or_free - with_work
    there_or_working = length_s(united([*busy, *there]))
    return AgentDay(
        agent_id=record.agent_id,
        name=record.name,
        states=tuple(states),
        work=tuple(
            WorkSpan(
                kind=span.kind,
                queue=span.queue,
                interaction_id=span.interaction_id,
                from_at=max(span.started_at, from_at),
                to_at=min(span.ended_at, until_at),
            )
            for span in sorted(record.work, key=lambda span: (span.started_at, span.ended_at))
            if clipped([(span.started_at, span.ended_at)], from_at, until_at)
        ),
        present_s=length_s(there),
        available_s=available_s,
        paused_s=sum(_seconds(s.to_at - s.from_at) for s in paused),
        pauses=tuple(
            PauseSum(
                reason=reason,
                seconds=sum(_seconds(s.to_at - s.from_at) for s in paused if s.reason == reason),
            )
            for reason in dict.fromkeys(s.reason for s in paused)
        ),
        busy_s=with_work,
        idle_s=idle_s,
        alert_s=length_s(united(clipped(_of(record.work, {SegmentKind.ALERT}), from_at, until_at))),
        wrap_up_s=length_s(united(clipped(_of(record.work, {SegmentKind.WRAP_UP}), from_at, until_at))),
        handled=len({span.interaction_id for span in record.work if span.kind in HANDLING}),
        occupancy=ratio(with_work, with_work + idle_s),
        on_plan=ratio(working_or_free, there_or_working),
    )


def _of(work: Iterable[WorkedOn], kinds: Iterable[SegmentKind]) -> list[Interval]:
    wanted = set(kinds)
    return [(span.started_at, span.ended_at) for span in work if span.kind in wanted]


def _seconds(length: timedelta) -> float:
    return length.total_seconds()
