"""Bodies of administering business hours: calendars, their slots and days, public holidays, places."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body
from agent_console.floor_bodies import Name, Version
from hub.domain.hours import Calendar, CalendarId, Slot, SpecialDay
from hub.domain.ids import TenantId


class SlotBody(Body, frozen=True, kw_only=True):
    """Minutes after midnight; beyond 1440 the end is on the next day."""

    from_min: Annotated[int, Meta(ge=0, le=1439)]
    to_min: Annotated[int, Meta(ge=1, le=2879)]

    def slot(self) -> Slot:
        """As the domain knows it."""
        return Slot(from_min=self.from_min, to_min=self.to_min)


Slots = Annotated[tuple[SlotBody, ...], Meta(max_length=12)]


class SpecialDayBody(Body, frozen=True, kw_only=True):
    """What holds on that date instead; no slot: closed."""

    on: date
    slots: Slots = ()
    name: Annotated[str, Meta(max_length=100)] = ""


class CalendarDraft(Body, frozen=True, kw_only=True):
    """Hours under a name; `week` begins with Monday."""

    name: Name
    zone: Annotated[str, Meta(min_length=1, max_length=60)]
    week: Annotated[tuple[Slots, ...], Meta(max_length=7)]
    days: Annotated[tuple[SpecialDayBody, ...], Meta(max_length=400)] = ()
    country: Annotated[str, Meta(max_length=10)] = ""
    region: Annotated[str, Meta(max_length=40)] = ""

    def calendar(self, calendar_id: str, version: int) -> Calendar:
        """The calendar."""
        return Calendar(
            id=CalendarId(calendar_id),
            tenant_id=TenantId(""),
            name=self.name,
            zone=self.zone,
            week=tuple(tuple(s.slot() for s in slots) for slots in self.week),
            days=tuple(
                SpecialDay(on=d.on, slots=tuple(s.slot() for s in d.slots), name=d.name) for d in self.days
            ),
            country=self.country,
            region=self.region,
            version=version,
        )


class CalendarChange(Body, frozen=True, kw_only=True):
    """The hours as they shall be, and the version they were read at."""

    version: Version
    calendar: CalendarDraft


class CalendarView(Answer, frozen=True, kw_only=True):
    """Hours, the queues that keep them, and how they stand now."""

    id: str
    version: int
    name: str
    zone: str
    week: tuple[tuple[Slot, ...], ...]
    days: tuple[SpecialDay, ...]
    country: str
    region: str
    queues: tuple[str, ...]
    is_open: bool
    changes_at: datetime | None


class CalendarPage(Answer, frozen=True, kw_only=True):
    """All calendars."""

    items: tuple[CalendarView, ...]
    next: str | None = None


class Holiday(Answer, frozen=True, kw_only=True):
    """A public holiday."""

    on: date
    name: str


class HolidayPage(Answer, frozen=True, kw_only=True):
    """The public holidays of a year."""

    items: tuple[Holiday, ...]
    next: str | None = None


class Places(Answer, frozen=True, kw_only=True):
    """Where hours may be kept: the countries with their regions, and the time zones."""

    countries: dict[str, tuple[str, ...]]
    zones: tuple[str, ...]
