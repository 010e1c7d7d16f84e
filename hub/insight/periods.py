"""Calendar of the house: what a day, an hour, a week and "the period before" are in its time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.errors import Invalid

MOST_BUCKETS = 400
"""More rows than this no chart shows and nobody reads."""

LONGEST_DAYS = 400

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOUR = timedelta(hours=1)


class Step(StrEnum):
    """The length of a bucket."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """[from_at, to_at)."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A piece of a period. `label` is its beginning on the clock of the house, with the offset from UTC."""

    from_at: datetime
    to_at: datetime
    label: str


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of `day` in `zone`, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def instant_of(text: str, zone: ZoneInfo, *, field: str, is_end: bool = False) -> datetime:
    """The instant that somebody wrote: a day of the house (`2026-01-31`) or RFC 3339 with its offset.

    A day begins the period, or ends it with its last moment when `is_end`. Raises Invalid.
    """
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return midnight(day + timedelta(days=1) if is_end else day, zone)
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid(
        "give a day such as 2026-01-31, or a time with its zone such as 2026-01-31T09:00:00Z",
        field=field,
        code="not_a_time",
    )


def period_of(from_: str, to: str, zone: ZoneInfo, *, longest_days: int = LONGEST_DAYS) -> Period:
    """The period that two texts name. Raises Invalid for one that is empty or too long."""
    from_at = instant_of(from_, zone, field="from")
    to_at = instant_of(to, zone, field="to", is_end=True)
    if not timedelta(0) < to_at - from_at <= timedelta(days=longest_days, hours=1):
        raise Invalid(
            f"a period is longer than nothing and at most {longest_days} days", field="to", code="bad_period"
        )
    return Period(from_at=from_at, to_at=to_at)


def before(period: Period, zone: ZoneInfo) -> Period:
    """The period of the same length that ends where `period` begins.

    Whole days of the house stay whole days: the day before a Monday of 25 hours is a Sunday of 24.
    """
    begin, end = period.from_at.astimezone(zone), period.to_at.astimezone(zone)
    if _is_midnight(begin) and _is_midnight(end):
        days = (end.date() - begin.date()).days
        return Period(from_at=midnight(begin.date() - timedelta(days=days), zone), to_at=period.from_at)
    return Period(from_at=period.from_at - (period.to_at - period.from_at), to_at=period.from_at)


def buckets(period: Period, step: Step, zone: ZoneInfo) -> list[Bucket]:
    """`period` cut at every full hour, midnight or Monday of the house; raises Invalid for too many pieces.

    A day on which the clock is changed has 23 or 25 hours, and each of them is a bucket of its own.
    """
    cuts: list[datetime] = []
    at = period.from_at
    while at < period.to_at:
        if len(cuts) == MOST_BUCKETS:
            raise Invalid(
                "too many rows: choose a shorter period or longer steps", field="by", code="too_many_rows"
            )
        cuts.append(at)
        at = _next_cut(at, step, zone)
    ends = [*cuts[1:], period.to_at]
    return [
        Bucket(from_at=begin, to_at=end, label=begin.astimezone(zone).isoformat(timespec="minutes"))
        for begin, end in zip(cuts, ends, strict=True)
    ]


def _next_cut(at: datetime, step: Step, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    match step:
        case Step.HOUR:
            following = (
                at
                + _HOUR
                - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            )
            # a clock that is changed by half an hour strikes the full hour half an hour earlier or later
            astray = following.astimezone(zone).minute
            return following - timedelta(minutes=astray) if astray else following
        case Step.DAY:
            return midnight(local.date() + timedelta(days=1), zone)
        case Step.WEEK:
            return midnight(local.date() + timedelta(days=7 - local.weekday()), zone)


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
