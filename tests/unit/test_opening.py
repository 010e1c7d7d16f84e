"""Whether a queue is open: calendar, public holidays and clock together."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hub.desk.hours import Hours
from hub.domain.hours import Calendar, CalendarId, Slot, SpecialDay
from hub.domain.ids import DEFAULT_TENANT, QueueId, TenantId
from hub.domain.queue import Queue, QueueRules, WhenClosed
from hub.opening import FRESH_S, OpeningHours
from hub.ports.hours import HoursRows
from hub.public_holidays import Holidays
from tests.fakes.clock import FakeClock

OFFICE = Calendar(
    id=CalendarId("office"),
    tenant_id=DEFAULT_TENANT,
    name="Office",
    zone="Europe/Berlin",
    week=((Slot(from_min=9 * 60, to_min=18 * 60),),) * 5 + ((), ()),
    country="DE",
    region="BY",
)
TEXTS = {"en": "We are closed.", "ru": "Мы закрыты."}
SUPPORT = Queue(
    id=QueueId("support"),
    tenant_id=DEFAULT_TENANT,
    name="support",
    rules=QueueRules(calendar_id=OFFICE.id, when_closed=WhenClosed.ANSWER, closed_texts=TEXTS),
)


class Rows:
    """The rows as they are now."""

    def __init__(self) -> None:
        self.queue, self.calendar = SUPPORT, OFFICE

    async def hours_rows(self, tenant_id: TenantId) -> HoursRows:
        assert tenant_id == DEFAULT_TENANT
        return HoursRows(queues={self.queue.id: self.queue}, calendars={self.calendar.id: self.calendar})


def opened(at: datetime) -> tuple[Rows, FakeClock, OpeningHours]:
    rows, clock = Rows(), FakeClock(at)
    return rows, clock, OpeningHours(rows, clock, DEFAULT_TENANT, Holidays())


async def test_a_queue_is_closed_on_a_public_holiday_of_its_region_and_says_when_it_opens() -> None:
    epiphany = datetime(2026, 1, 6, 10, tzinfo=UTC)  # a holiday in Bavaria, none in Berlin
    rows, clock, opening = opened(epiphany)
    hours = Hours(opening, clock)

    closed = await hours.of_queue(SUPPORT.id, "ru")
    assert (closed.is_open, closed.next_at) == (False, datetime(2026, 1, 7, 8, tzinfo=UTC))
    assert closed.text == "Мы закрыты."
    assert (await hours.of_queue(SUPPORT.id, "tr")).text == "We are closed."

    rows.calendar = replace(OFFICE, region="BE", version=2)
    opening.forget()
    assert (await hours.of_queue(SUPPORT.id)).is_open


async def test_a_change_of_another_node_is_known_after_a_moment() -> None:
    rows, clock, opening = opened(datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert await opening.closed_queues(clock.now()) == frozenset()
    rows.calendar = replace(OFFICE, version=2, days=(SpecialDay(on=date(2026, 3, 2)),))
    assert await opening.closed_queues(clock.now()) == frozenset()
    clock.advance(FRESH_S)
    assert await opening.closed_queues(clock.now()) == {SUPPORT.id}


async def test_a_queue_without_a_calendar_and_one_that_is_not_there_are_open() -> None:
    rows, clock, opening = opened(datetime(2026, 3, 1, 3, tzinfo=UTC))
    rows.queue = replace(SUPPORT, rules=QueueRules())
    hours = Hours(opening, clock)
    assert (await hours.of_queue(SUPPORT.id)).is_open
    assert (await hours.of_queue(QueueId("other"))).is_open


async def test_only_the_hours_it_was_open_are_counted() -> None:
    _, _, opening = opened(datetime(2026, 3, 6, 16, tzinfo=UTC))
    friday, monday = datetime(2026, 3, 6, 16, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert await opening.open_seconds(SUPPORT.id, friday, monday) == 2 * 3600
    assert await opening.open_seconds(QueueId("other"), friday, monday) == timedelta(hours=65).total_seconds()


def test_holidays_have_names_in_the_readers_language_and_unknown_places_have_none() -> None:
    known = Holidays()
    assert "BY" in known.countries()["DE"]
    assert known.of_year("DE", "BY", 2026, "en")[date(2026, 1, 6)] == "Epiphany"
    assert date(2026, 1, 6) not in known.of_year("DE", "BE", 2026)
    assert known.of_year("TR", "", 2026, "tr")[date(2026, 4, 23)].startswith("Ulusal Egemenlik")
    assert known.of_year("XX", "", 2026) == known.of_year("DE", "ZZ", 2026) == {}
