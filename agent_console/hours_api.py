"""Administering business hours: calendars, public holidays, and the places they are of."""

from datetime import UTC
from typing import Annotated
from zoneinfo import available_timezones

from msgspec import Meta

from agent_console.bodies import Done, Id
from agent_console.hours_bodies import (
    CalendarChange,
    CalendarDraft,
    CalendarPage,
    CalendarView,
    Holiday,
    HolidayPage,
    Places,
)
from agent_console.operations import Call, Operation, Operations
from hub.desk.administer import Administration
from hub.domain.access import Permission
from hub.domain.hours import Calendar, CalendarId, Hours
from hub.domain.queue import Queue
from hub.opening import hours_of
from hub.ports.clock import Clock
from hub.ports.hours import PublicHolidays

_CONFIGURE = Permission.CONFIGURE


def operations(*, administration: Administration, holidays: PublicHolidays, clock: Clock) -> list[Operation]:
    """What an administrator does with hours."""
    made = Operations("hours")

    def shown(calendar: Calendar, queues: list[Queue]) -> CalendarView:
        now = clock.now()
        hours: Hours = hours_of(calendar, holidays, now.year)
        is_open = hours.is_open(now)
        changes_at = hours.next_closing(now) if is_open else hours.next_opening(now)
        return CalendarView(
            id=calendar.id,
            version=calendar.version,
            name=calendar.name,
            zone=calendar.zone,
            week=calendar.week,
            days=calendar.days,
            country=calendar.country,
            region=calendar.region,
            queues=tuple(
                q.name for q in queues if q.rules.calendar_id == calendar.id and not q.rules.retired
            ),
            is_open=is_open,
            changes_at=None if changes_at is None else changes_at.astimezone(UTC),
        )

    @made.op("GET", "/api/v1/floor/calendars", _CONFIGURE, "Business hours")
    async def list_calendars(call: Call) -> CalendarPage:
        """With the queues that keep them, and whether they are open now."""
        calendars, queues = await administration.calendars(call.principal)
        return CalendarPage(items=tuple(shown(c, queues) for c in calendars))

    @made.op("POST", "/api/v1/floor/calendars", _CONFIGURE, "Add hours", status=201, idempotent=True)
    async def add_calendar(call: Call, body: CalendarDraft) -> CalendarView:
        """409 `name_taken`."""
        made_now = await administration.add_calendar(
            call.principal, body.calendar("", 1), address=call.address
        )
        return shown(made_now, [])

    @made.op("PUT", "/api/v1/floor/calendars/{calendar_id}", _CONFIGURE, "Change hours")
    async def change_calendar(call: Call, calendar_id: Id, body: CalendarChange) -> CalendarView:
        """Takes effect at once; 409 `changed_meanwhile`."""
        changed = await administration.change_calendar(
            call.principal, body.calendar.calendar(calendar_id, body.version), address=call.address
        )
        _, queues = await administration.calendars(call.principal)
        return shown(changed, queues)

    @made.op("DELETE", "/api/v1/floor/calendars/{calendar_id}", _CONFIGURE, "Remove hours")
    async def remove_calendar(
        call: Call, calendar_id: Id, version: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    ) -> Done:
        """409 `calendar_in_use` while a queue keeps them."""
        await administration.remove_calendar(
            call.principal, CalendarId(calendar_id), version, address=call.address
        )
        return Done()

    @made.op("GET", "/api/v1/floor/holidays", _CONFIGURE, "The public holidays of a year")
    async def list_holidays(
        call: Call,
        country: Annotated[str, Meta(min_length=1, max_length=10)],
        year: Annotated[int, Meta(ge=2000, le=2100)],
        region: Annotated[str, Meta(max_length=40)] = "",
        language: Annotated[str, Meta(max_length=10)] = "",
    ) -> HolidayPage:
        """Names in `language` where there are any; an unknown place has none."""
        call.principal.require(_CONFIGURE)
        found = holidays.of_year(country, region, year, language)
        return HolidayPage(items=tuple(Holiday(on=on, name=found[on]) for on in sorted(found)))

    @made.op("GET", "/api/v1/floor/places", _CONFIGURE, "Countries, their regions, and time zones")
    async def list_places(call: Call) -> Places:
        """What a calendar may name."""
        call.principal.require(_CONFIGURE)
        zones = sorted(
            z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/"))
        )
        return Places(countries=dict(holidays.countries()), zones=("UTC", *zones))

    return list(made)
