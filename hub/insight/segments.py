"""Segments rebuilt from the facts of an interaction: what the store wrote step by step must equal this."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from hub.domain.events import WorkStepped
from hub.domain.ids import WorkItemId
from hub.domain.segment import Segment, SegmentKind
from hub.domain.work import OPEN_STATES, WorkItem, is_other_interval, segment_ended_by

HANDLING = frozenset({SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.TEXT, SegmentKind.WRAP_UP})
"""Segments in which an agent works on something; being asked (`alert`) is not work yet."""


def rebuilt_segments(facts: Iterable[WorkStepped]) -> list[Segment]:
    """The ended segments of the work that `facts` speak of, by their beginning.

    Facts may come in any order and more than once: an item's `version` orders them. All steps of an item must
    be there; a change that ends no interval (another priority) is passed over.
    """
    versions: dict[WorkItemId, dict[int, WorkItem]] = {}
    for fact in facts:
        versions.setdefault(fact.item.id, {})[fact.item.version] = fact.item
    segments = [
        segment
        for items in versions.values()
        for before, after in pairwise(items[version] for version in sorted(items))
        if is_other_interval(before, after)
        if (segment := segment_ended_by(before, after)) is not None
    ]
    return sorted(segments, key=lambda segment: segment.started_at)


def running_segment(item: WorkItem, as_of: datetime) -> Segment | None:
    """The interval an open item is in, cut off at `as_of`; None for ended work."""
    if item.state not in OPEN_STATES:
        return None
    return segment_ended_by(item, replace(item, state_at=as_of))


def handle_s(segments: Iterable[Segment]) -> float:
    """Seconds of talk, hold, text and wrap-up in `segments`."""
    return sum(
        (segment.ended_at - segment.started_at).total_seconds()
        for segment in segments
        if segment.kind in HANDLING
    )
