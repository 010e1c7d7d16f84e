"""What opening hours are worked out from: the calendars of the house, and the public holidays of a country."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from hub.domain.hours import Calendar, CalendarId
from hub.domain.ids import QueueId, TenantId
from hub.domain.queue import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRows:
    """The queues of a tenant and the calendars they may name, as committed."""

    queues: dict[QueueId, Queue] = field(default_factory=dict)
    calendars: dict[CalendarId, Calendar] = field(default_factory=dict)


class HoursStore(Protocol):
    """What opening hours ask of the store."""

    async def hours_rows(self, tenant_id: TenantId) -> HoursRows:
        """All of them."""
        ...


class PublicHolidays(Protocol):
    """Knows the calendars of countries."""

    def countries(self) -> Mapping[str, tuple[str, ...]]:
        """The countries (ISO 3166-1) with their regions."""
        ...

    def of_year(self, country: str, region: str, year: int, language: str = "") -> Mapping[date, str]:
        """The public holidays with their names, in `language` where it has them. Nothing for an unknown place."""
        ...
