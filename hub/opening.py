"""Whether a queue is open: its calendar, public holidays and the clock together, for the desk and the router."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from hub.domain.events import Event, HouseChanged, QueueChanged
from hub.domain.hours import Calendar, CalendarId, Hours
from hub.domain.ids import QueueId, TenantId
from hub.domain.queue import Queue
from hub.ports.clock import Clock
from hub.ports.hours import HoursRows, HoursStore, PublicHolidays

FRESH_S = 5.0
"""A change of another node is known after this long; one's own at once."""


def hours_of(calendar: Calendar, holidays: PublicHolidays, year: int) -> Hours:
    """The calendar with the public holidays of that year and its neighbours: enough to look a year ahead."""
    closed: dict[date, str] = {}
    if calendar.country:
        for near in (year - 1, year, year + 1, year + 2):
            closed |= holidays.of_year(calendar.country, calendar.region, near)
    return Hours.of(calendar, closed)


class OpeningHours:
    """The hours of every queue of one tenant, kept at hand."""

    def __init__(
        self, store: HoursStore, clock: Clock, tenant_id: TenantId, holidays: PublicHolidays
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenant = tenant_id
        self._holidays = holidays
        self._rows = HoursRows()
        self._made: dict[tuple[CalendarId, int, int], Hours] = {}
        self._fresh_until = float("-inf")

    def forget(self) -> None:
        """Something was changed: read it again."""
        self._fresh_until = float("-inf")

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler."""
        if any(isinstance(event, QueueChanged | HouseChanged) for event in events):
            self.forget()

    async def refresh(self) -> Mapping[QueueId, Queue]:
        """The queues, read again unless they were read a moment ago."""
        if self._clock.monotonic() >= self._fresh_until:
            self._rows = await self._store.hours_rows(self._tenant)
            self._fresh_until = self._clock.monotonic() + FRESH_S
        return self._rows.queues

    async def queue(self, queue_id: QueueId) -> Queue | None:
        """The queue, if there is one."""
        return (await self.refresh()).get(queue_id)

    @property
    def queues(self) -> Mapping[QueueId, Queue]:
        """The queues as last read."""
        return self._rows.queues

    def hours(self, queue: Queue) -> Hours | None:
        """The hours of the queue as last read; None: it is always open."""
        calendar = self._rows.calendars.get(queue.rules.calendar_id) if queue.rules.calendar_id else None
        if calendar is None:
            return None
        key = (calendar.id, calendar.version, self._clock.now().year)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = hours_of(calendar, self._holidays, key[2])
        return made

    def is_open(self, queue: Queue, at: datetime) -> bool:
        """Whether the queue is open at that moment, by what was read last."""
        hours = self.hours(queue)
        return hours is None or hours.is_open(at)

    def next_opening(self, queue: Queue, at: datetime) -> datetime | None:
        """When it opens next, in UTC; None when it is always open, or never opens."""
        hours = self.hours(queue)
        found = None if hours is None else hours.next_opening(at)
        return None if found is None else found.astimezone(UTC)

    async def closed_queues(self, at: datetime, anew: bool = False) -> frozenset[QueueId]:
        """The queues that are closed at that moment; `anew` by what is committed now."""
        if anew:
            self.forget()
        queues = await self.refresh()
        return frozenset(q.id for q in queues.values() if not self.is_open(q, at))

    async def open_seconds(self, queue_id: QueueId, a: datetime, b: datetime) -> float:
        """How long the queue was open between two moments: response figures count only that."""
        queue = await self.queue(queue_id)
        hours = None if queue is None else self.hours(queue)
        if hours is None:
            return max(timedelta(0), b - a).total_seconds()
        return hours.open_seconds_between(a, b)
