"""Business hours: when a calendar is open, when it opens next, and how long it was open between two moments.

A slot belongs to the day on which it begins and may end on the next one. It opens when the wall clock of the calendar's
zone first shows its beginning or later, and closes when the wall clock for the last time shows less than its end. So an
hour that a zone skips opens nothing twice, and an hour that it repeats is worked twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.errors import Invalid
from hub.domain.ids import TenantId

CalendarId = NewType("CalendarId", str)

DAY_MIN = 24 * 60
SLOTS_A_DAY = 12
HORIZON_DAYS = 400
"""How far the next opening is looked for: whoever is closed for longer is closed."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Open from `from_min` to `to_min`, minutes after midnight; beyond 1440 the end is on the next day."""

    from_min: int
    to_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """What holds on one date instead of the week and the public holidays; no slot: closed all day."""

    on: date
    slots: tuple[Slot, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Named hours. `week` has the slots of Monday to Sunday; `country` and `region` say whose public holidays
    close it (ISO 3166, empty: none)."""

    id: CalendarId
    tenant_id: TenantId
    name: str
    zone: str
    week: tuple[tuple[Slot, ...], ...]
    days: tuple[SpecialDay, ...] = ()
    country: str = ""
    region: str = ""
    version: int = 1


def zone_named(name: str) -> ZoneInfo:
    """The time zone of the IANA database. Raises Invalid (`no_such_zone`)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("there is no such time zone", field="zone", code="no_such_zone") from None


def require_sound(calendar: Calendar) -> None:
    """Raises Invalid for a zone that is not there, or slots that are none, too many, or overlap within a day."""
    zone_named(calendar.zone)
    if len(calendar.week) != 7:
        raise Invalid("a week has seven days", field="week", code="bad_slot")
    for number, slots in enumerate(calendar.week):
        _require_slots(slots, f"week.{number}")
    if len({day.on for day in calendar.days}) != len(calendar.days):
        raise Invalid("one date stands there twice", field="days", code="day_twice")
    for number, day in enumerate(calendar.days):
        _require_slots(day.slots, f"days.{number}")


def _require_slots(slots: tuple[Slot, ...], where: str) -> None:
    if len(slots) > SLOTS_A_DAY:
        raise Invalid(f"at most {SLOTS_A_DAY} slots a day", field=where, code="too_many_slots")
    ends = 0
    for slot in sorted(slots, key=lambda s: s.from_min):
        if not (0 <= slot.from_min < DAY_MIN and 0 < slot.to_min - slot.from_min <= DAY_MIN):
            raise Invalid("a slot begins on its day and lasts a day at most", field=where, code="bad_slot")
        if slot.from_min < ends:
            raise Invalid("two slots of a day overlap", field=where, code="slots_overlap")
        ends = slot.to_min


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar made ready to be asked: its zone, its week, and the dates on which something else holds."""

    zone: ZoneInfo
    week: tuple[tuple[Slot, ...], ...]
    exceptions: Mapping[date, tuple[Slot, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, calendar: Calendar, holidays: Iterable[date] = ()) -> "Hours":
        """`holidays` are closed, unless the calendar itself says something about that date."""
        closed: dict[date, tuple[Slot, ...]] = dict.fromkeys(holidays, ())
        own = {day.on: day.slots for day in calendar.days}
        return cls(zone_named(calendar.zone), calendar.week, {**closed, **own})

    def slots_on(self, day: date) -> tuple[Slot, ...]:
        """What begins on that date."""
        found = self.exceptions.get(day)
        return self.week[day.weekday()] if found is None else found

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at that moment."""
        return any(opens <= at < closes for opens, closes in self._spans(at, at))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first moment from `at` on when it is open: `at` itself when it is open then. None: not within
        HORIZON_DAYS."""
        for opens, closes in self._spans(at, at + HORIZON_DAYS * _DAY):
            if at < closes:
                return max(opens, at)
        return None

    def next_closing(self, at: datetime) -> datetime | None:
        """When the opening that runs at `at` ends: slots that touch are one. None when it is closed at `at`, or
        does not close within HORIZON_DAYS."""
        end: datetime | None = None
        for opens, closes in self._spans(at, at + HORIZON_DAYS * _DAY):
            if end is None:
                if opens > at:
                    return None
                if at < closes:
                    end = closes
            elif opens > end:
                return end
            else:
                end = max(end, closes)
        return None if end is None or end > at + HORIZON_DAYS * _DAY else end

    def open_seconds_between(self, a: datetime, b: datetime) -> float:
        """How long it was open from `a` to `b`; 0 when `b` is not after `a`."""
        total, counted = timedelta(0), a
        for opens, closes in self._spans(a, b):
            begins, ends = max(opens, counted), min(closes, b)
            if ends > begins:
                total += ends - begins
                counted = ends
        return total.total_seconds()

    def after_open_seconds(self, at: datetime, open_s: float) -> datetime | None:
        """The first moment at which it has been open for `open_s` since `at`: `open_seconds_between` of the two says
        so. None: not within HORIZON_DAYS."""
        left, counted = timedelta(seconds=open_s), at
        for opens, closes in self._spans(at, at + HORIZON_DAYS * _DAY):
            begins = max(opens, counted)
            if closes <= begins:
                continue
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
            counted = closes
        return None

    def _spans(self, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The openings that may touch [a, b], by their beginning: UTC, not empty, possibly overlapping."""
        # a slot may have begun the day before; a zone's date is at most a day off ours
        day = a.astimezone(self.zone).date() - _DAY
        last = b.astimezone(self.zone).date()
        while day <= last:
            for slot in sorted(self.slots_on(day), key=lambda s: s.from_min):
                opens = _first_shows(self.zone, _wall(day, slot.from_min))
                closes = _last_before(self.zone, _wall(day, slot.to_min))
                if opens < closes:
                    yield opens, closes
            day += _DAY


def _wall(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


@lru_cache(maxsize=4096)
def _first_shows(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first moment when the clocks of the zone show `wall` or later."""
    return _instant(zone, wall, fold=0)


@lru_cache(maxsize=4096)
def _last_before(zone: ZoneInfo, wall: datetime) -> datetime:
    """The moment after which the clocks of the zone never show less than `wall` again: of the first minute of an
    hour that is repeated, that is its first time."""
    repeated = _is_repeated(zone, wall) and _is_repeated(zone, wall - timedelta(microseconds=1))
    return _instant(zone, wall, fold=1 if repeated else 0)


def _is_repeated(zone: ZoneInfo, wall: datetime) -> bool:
    early, late = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
    return early < late


def _instant(zone: ZoneInfo, wall: datetime, *, fold: int) -> datetime:
    early, late = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
    if early <= late:  # shown once, or twice: then `fold` says which time
        return late if fold else early
    # never shown, the clocks jump over it: the moment of the jump lies between the two readings
    before, after = late, early
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
