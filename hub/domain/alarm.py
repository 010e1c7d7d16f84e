"""Alarms of a queue: what a supervisor wants to be told of, and when one begins and ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.ids import AlarmId, QueueId, TenantId, UserId

LEAST_OFFERED = 5
"""Before so many were offered today a service level is chance, and no alarm."""

CALM = timedelta(seconds=10)
"""An alarm ends when its reason was gone for so long: what flickers is one alarm, not ten."""


class AlarmKind(StrEnum):
    """What is wrong: too many wait, one waits too long, the day's service level is low, nobody is available."""

    WAITING = "waiting"
    OLDEST = "oldest"
    LEVEL = "level"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRules:
    """The thresholds of one queue; None is no alarm. `version` is 0 while nobody has set any."""

    tenant_id: TenantId
    queue_id: QueueId
    waiting_over: int | None = None
    oldest_over_s: float | None = None
    level_below: float | None = None
    nobody_available: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm, from when it was raised to when its reason was gone. `value` is what it was when raised."""

    id: AlarmId
    tenant_id: TenantId
    queue_id: QueueId
    kind: AlarmKind
    threshold: float
    value: float
    raised_at: datetime
    ended_at: datetime | None = None
    acked_at: datetime | None = None
    acked_by: UserId | None = None
    acked_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a queue stands, as far as alarms look at it."""

    waiting: int
    oldest_s: float | None
    level: float | None
    offered: int
    available: int


def breaches(rules: AlarmRules, now: Standing) -> dict[AlarmKind, tuple[float, float]]:
    """What is beyond its threshold now: (threshold, value) by kind."""
    found: dict[AlarmKind, tuple[float, float]] = {}
    if rules.waiting_over is not None and now.waiting > rules.waiting_over:
        found[AlarmKind.WAITING] = (rules.waiting_over, now.waiting)
    if rules.oldest_over_s is not None and now.oldest_s is not None and now.oldest_s > rules.oldest_over_s:
        found[AlarmKind.OLDEST] = (rules.oldest_over_s, now.oldest_s)
    if (
        rules.level_below is not None
        and now.level is not None
        and now.offered >= LEAST_OFFERED
        and now.level < rules.level_below
    ):
        found[AlarmKind.LEVEL] = (rules.level_below, now.level)
    if rules.nobody_available and now.waiting > 0 and now.available == 0:
        found[AlarmKind.NOBODY] = (0, now.waiting)
    return found
