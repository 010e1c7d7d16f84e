"""How busy the agents were: occupancy and slot utilisation, from their logs and their segments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from hub.domain.agent import Wish
from hub.domain.ids import UserId
from hub.domain.segment import Segment, SegmentKind
from hub.domain.service_level import ratio
from hub.insight.intervals import Interval, clipped, length_s, united
from hub.insight.segments import HANDLING
from hub.ports.insight import AgentMark


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedSpan:
    """A time in which an agent was there and took work, with that many slots for texts."""

    agent_id: UserId
    started_at: datetime
    ended_at: datetime
    text_slots: int

    @property
    def interval(self) -> Interval:
        """Its two ends."""
        return (self.started_at, self.ended_at)


def staffed_spans(marks: Iterable[AgentMark], until_at: datetime) -> list[StaffedSpan]:
    """When agents were present and wished to be available; what lasts still is cut off at `until_at`.

    `marks` of one agent are in order of time; what was before the first one is not known and counts as away.
    """
    logs: dict[UserId, list[AgentMark]] = {}
    for mark in marks:
        logs.setdefault(mark.agent_id, []).append(mark)
    spans = []
    for log in logs.values():
        ends = [*(later.at for _, later in pairwise(log)), until_at]
        spans += [
            StaffedSpan(agent_id=mark.agent_id, started_at=mark.at, ended_at=end, text_slots=mark.text_slots)
            for mark, end in zip(log, ends, strict=True)
            if mark.present and mark.wish is Wish.AVAILABLE and mark.at < end
        ]
    return spans


def occupancy(
    work: Iterable[Segment], spans: Iterable[StaffedSpan], from_at: datetime, to_at: datetime
) -> float | None:
    """Time with work / (time with work + idle) in [from_at, to_at), summed over agents.

    Both are wall-clock time: five chats at once are one agent at work, not 500 %. Idle is being there and
    taking work without having any; a pause is neither, unless work goes on in it. None when nobody was there.
    """
    busy: dict[UserId, list[Interval]] = {}
    there: dict[UserId, list[Interval]] = {}
    for segment in work:
        if segment.agent_id is not None and segment.kind in HANDLING:
            busy.setdefault(segment.agent_id, []).append((segment.started_at, segment.ended_at))
    for span in spans:
        there.setdefault(span.agent_id, []).append(span.interval)
    with_work = with_work_or_idle = 0.0
    for agent_id in busy.keys() | there.keys():
        at_work = clipped(busy.get(agent_id, ()), from_at, to_at)
        with_work += length_s(united(at_work))
        with_work_or_idle += length_s(united(at_work + clipped(there.get(agent_id, ()), from_at, to_at)))
    return ratio(with_work, with_work_or_idle)


def slot_utilisation(
    work: Iterable[Segment], spans: Sequence[StaffedSpan], from_at: datetime, to_at: datetime
) -> float | None:
    """Busy text slots / configured text slots in [from_at, to_at), both as slot-seconds.

    Configured are the slots of agents who are there and take work. Texts that go on in a pause count as busy,
    so it may pass 1. None when there was no slot.
    """
    texts = ((segment.started_at, segment.ended_at) for segment in work if segment.kind is SegmentKind.TEXT)
    configured = sum(length_s(clipped([span.interval], from_at, to_at)) * span.text_slots for span in spans)
    return ratio(length_s(clipped(texts, from_at, to_at)), configured)
