"""The estimated wait: from the queue's recent answer rate and the place in line."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.insight.intervals import clipped, length_s, united
from hub.ports.insight import RecentAnswer

LOOK_BACK = timedelta(minutes=30)
"""Older answers say nothing about the staff of now."""

LEAST_ANSWERS = 3
"""Fewer are no rate."""

FORMULA = "place in line × time somebody was waiting / answers in that time, of the last 30 min"


def estimated_wait_s(
    answers: Sequence[RecentAnswer], waiting_since: datetime | None, place: int, now: datetime
) -> float | None:
    """Seconds until `place` (1 is next) is answered, or None while nothing is known.

    `waiting_since` is when the oldest of those who wait now was queued, None for an empty line. The rate
    counts only time in which somebody was waiting: in a quiet hour three answers are three clients, not the
    speed of the agents. While nobody is answered the time goes on, and the estimate grows.
    """
    recent = sorted(
        (a for a in answers if now - LOOK_BACK <= a.answered_at <= now), key=lambda a: a.answered_at
    )
    if len(recent) < LEAST_ANSWERS:
        return None
    # the oldest answer only marks where we begin to look: those in line before it are not all among `recent`
    since = recent[0].answered_at
    waits = [(answer.first_queued_at, answer.answered_at) for answer in recent[1:]]
    if waiting_since is not None:
        waits.append((waiting_since, now))
    return place * length_s(united(clipped(waits, since, now))) / (len(recent) - 1)
