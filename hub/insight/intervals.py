"""Arithmetic of intervals of time: cut to a window, united so that nothing counts twice, and measured."""

from collections.abc import Iterable
from datetime import datetime

Interval = tuple[datetime, datetime]
"""[beginning, end)."""


def clipped(intervals: Iterable[Interval], from_at: datetime, to_at: datetime) -> list[Interval]:
    """The parts inside [from_at, to_at); what has no length is left out."""
    cut = ((max(begin, from_at), min(end, to_at)) for begin, end in intervals)
    return [(begin, end) for begin, end in cut if begin < end]


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in intervals that do not overlap or touch, in order."""
    joined: list[Interval] = []
    for begin, end in sorted(intervals):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def length_s(intervals: Iterable[Interval]) -> float:
    """Seconds in all of them, overlaps counted each time."""
    return sum((end - begin).total_seconds() for begin, end in intervals)
