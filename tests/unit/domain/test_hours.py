"""Business hours: slots past midnight, holidays, and days that a zone makes shorter or longer."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.errors import Invalid
from hub.domain.hours import Calendar, CalendarId, Hours, Slot, SpecialDay, require_sound
from hub.domain.ids import DEFAULT_TENANT

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
MINUTE = timedelta(minutes=1)


def slots(*pairs: tuple[int, int]) -> tuple[Slot, ...]:
    return tuple(Slot(from_min=a * 60, to_min=b * 60) for a, b in pairs)


def calendar(
    *, zone: str = BERLIN, weekdays: tuple[Slot, ...] = slots((9, 18)), days: tuple[SpecialDay, ...] = ()
) -> Calendar:
    return Calendar(
        id=CalendarId("c"),
        tenant_id=DEFAULT_TENANT,
        name="usual",
        zone=zone,
        week=(weekdays,) * 5 + ((), ()),
        days=days,
    )


def at(text: str, zone: str = BERLIN) -> datetime:
    """A wall-clock moment of the zone, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_it_is_open_from_its_first_moment_until_the_moment_of_its_end() -> None:
    hours = Hours.of(calendar())
    assert not hours.is_open(at("2026-03-02T08:59:59"))
    assert hours.is_open(at("2026-03-02T09:00"))
    assert hours.is_open(at("2026-03-02T17:59:59"))
    assert not hours.is_open(at("2026-03-02T18:00"))


def test_after_friday_it_opens_on_monday() -> None:
    hours = Hours.of(calendar())
    assert hours.next_opening(at("2026-03-06T18:00")) == at("2026-03-09T09:00")
    assert hours.next_opening(at("2026-03-06T12:00")) == at("2026-03-06T12:00")


def test_a_slot_past_midnight_belongs_to_the_day_it_begins_on() -> None:
    hours = Hours.of(calendar(weekdays=slots((22, 30))))
    assert hours.is_open(at("2026-03-07T05:59"))  # Saturday morning: Friday's
    assert not hours.is_open(at("2026-03-07T06:00"))
    assert not hours.is_open(at("2026-03-09T05:00"))  # Monday morning: Sunday has none


def test_a_night_shift_runs_into_a_closed_day_and_none_begins_on_it() -> None:
    closed = SpecialDay(on=date(2026, 3, 4), name="stocktaking")
    hours = Hours.of(calendar(weekdays=slots((22, 30)), days=(closed,)))
    assert hours.is_open(at("2026-03-04T03:00"))
    assert not hours.is_open(at("2026-03-04T23:00"))
    assert not hours.is_open(at("2026-03-05T03:00"))


def test_several_slots_a_day_leave_a_break_and_touching_ones_leave_none() -> None:
    hours = Hours.of(calendar(weekdays=slots((9, 12), (13, 15), (15, 18))))
    assert not hours.is_open(at("2026-03-02T12:30"))
    assert hours.next_closing(at("2026-03-02T09:30")) == at("2026-03-02T12:00")
    assert hours.next_closing(at("2026-03-02T14:00")) == at("2026-03-02T18:00")
    assert hours.next_closing(at("2026-03-02T12:30")) is None


def test_a_public_holiday_is_closed_unless_the_calendar_says_otherwise() -> None:
    first_of_may = date(2026, 5, 1)
    assert not Hours.of(calendar(), [first_of_may]).is_open(at("2026-05-01T10:00"))
    half = SpecialDay(on=first_of_may, slots=slots((10, 12)))
    hours = Hours.of(calendar(days=(half,)), [first_of_may])
    assert hours.is_open(at("2026-05-01T10:00"))
    assert not hours.is_open(at("2026-05-01T12:00"))


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    for zone, spring, autumn in (
        (BERLIN, "2026-03-28", "2026-10-24"),
        (NEW_YORK, "2026-03-07", "2026-10-31"),
    ):
        every_night = Hours(ZoneInfo(zone), (slots((22, 30)),) * 7)
        for evening, hours in ((spring, 7), (autumn, 9), ("2026-06-01", 8)):
            begins = at(f"{evening}T21:00", zone)
            assert every_night.open_seconds_between(begins, begins + timedelta(hours=14)) == hours * 3600


def test_what_begins_in_a_skipped_hour_begins_when_the_clocks_have_jumped() -> None:
    hours = Hours(ZoneInfo(BERLIN), ((Slot(from_min=150, to_min=300),),) * 7)  # 02:30 to 05:00
    assert hours.next_opening(at("2026-03-29T01:00")) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert hours.next_closing(at("2026-03-29T03:10")) == at("2026-03-29T05:00")


def test_what_lies_wholly_in_a_skipped_hour_does_not_open() -> None:
    hours = Hours(ZoneInfo(BERLIN), ((Slot(from_min=125, to_min=150),),) * 7)
    assert hours.open_seconds_between(at("2026-03-29T00:00"), at("2026-03-29T12:00")) == 0


def test_whoever_never_opens_has_no_next_opening() -> None:
    assert Hours(ZoneInfo(BERLIN), ((),) * 7).next_opening(at("2026-03-02T09:00")) is None


def test_whoever_is_always_open_never_closes() -> None:
    always = Hours(ZoneInfo(BERLIN), (slots((0, 24)),) * 7)
    assert always.next_closing(at("2026-03-02T09:00")) is None
    assert always.open_seconds_between(at("2026-03-02T09:00"), at("2026-03-09T09:00")) == 7 * 86_400


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        (((9, 9),), "bad_slot"),
        (((24, 25),), "bad_slot"),
        (((9, 34),), "bad_slot"),
        (((9, 12), (11, 14)), "slots_overlap"),
    ],
)
def test_slots_that_make_no_sense_are_refused(pairs: tuple[tuple[int, int], ...], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_sound(calendar(weekdays=slots(*pairs)))
    assert refused.value.stable_code == code


def test_a_zone_that_is_not_there_is_refused() -> None:
    for zone in ("Europe/Atlantis", "", "../etc/passwd"):
        with pytest.raises(Invalid) as refused:
            require_sound(calendar(zone=zone))
        assert refused.value.stable_code == "no_such_zone"


def test_a_slot_that_ends_when_the_clocks_go_back_is_not_longer_for_it() -> None:
    hours = Hours.of(calendar(weekdays=(), days=(SpecialDay(on=date(2026, 10, 25), slots=slots((0, 2))),)))
    assert hours.is_open(datetime(2026, 10, 24, 23, 59, tzinfo=UTC))  # 1:59
    assert not hours.is_open(datetime(2026, 10, 25, 0, 0, tzinfo=UTC))  # the first 2:00
    assert not hours.is_open(datetime(2026, 10, 25, 1, 0, tzinfo=UTC))  # the second


# --- beside a walk through every minute ---

QUARTER = 15
some_slot = st.builds(
    lambda a, n: Slot(from_min=a * QUARTER, to_min=(a + n) * QUARTER), st.integers(0, 95), st.integers(1, 96)
)


def _sound(found: list[Slot]) -> tuple[Slot, ...]:
    """The slots that do not overlap an earlier one of the day."""
    kept: list[Slot] = []
    for slot in sorted(found, key=lambda s: s.from_min):
        if not kept or slot.from_min >= kept[-1].to_min:
            kept.append(slot)
    return tuple(kept)


weeks = st.lists(st.lists(some_slot, max_size=3).map(_sound), min_size=7, max_size=7).map(tuple)
MOMENTS = (
    (BERLIN, datetime(2026, 3, 28, 12, tzinfo=UTC)),
    (BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC)),
    (NEW_YORK, datetime(2026, 3, 7, 18, tzinfo=UTC)),
    (NEW_YORK, datetime(2026, 10, 31, 18, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 6, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 6, tzinfo=UTC)),
)
STEP = timedelta(minutes=QUARTER)


def _walked(hours: Hours, begin: datetime, steps: int) -> list[bool]:
    """Open or not at each quarter of an hour, by walking along the zone's clock and knowing no arithmetic of it."""
    zone = hours.zone
    moments = [begin + n * STEP for n in range(-3 * 96, steps + 2 * 96)]
    walls = [m.astimezone(zone).replace(tzinfo=None) for m in moments]
    is_open = [False] * len(moments)
    first, last = walls[0].date(), walls[-1].date()
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        midnight = datetime.combine(day, time())
        for slot in hours.slots_on(day):
            start = midnight + slot.from_min * MINUTE
            end = midnight + slot.to_min * MINUTE
            opens = next((n for n, wall in enumerate(walls) if wall >= start), len(walls))
            closes = max((n + 1 for n, wall in enumerate(walls) if wall < end), default=0)
            for n in range(opens, closes):
                is_open[n] = True
    return is_open[3 * 96 : 3 * 96 + steps]


@settings(max_examples=40, deadline=None)
@given(
    week=weeks,
    where=st.sampled_from(MOMENTS),
    special=st.dictionaries(st.integers(0, 2), st.lists(some_slot, max_size=2).map(_sound), max_size=2),
)
def test_it_is_open_just_when_a_walk_along_the_clock_finds_it_open(
    week: tuple[tuple[Slot, ...], ...],
    where: tuple[str, datetime],
    special: dict[int, tuple[Slot, ...]],
) -> None:
    zone, begin = where
    first = begin.astimezone(ZoneInfo(zone)).date()
    hours = Hours(ZoneInfo(zone), week, {first + timedelta(days=n): s for n, s in special.items()})
    steps = 2 * 96
    expected = _walked(hours, begin, steps)

    assert [hours.is_open(begin + n * STEP) for n in range(steps)] == expected
    for n in range(0, steps, 17):
        moment = begin + n * STEP
        left = expected[n:]
        assert hours.open_seconds_between(moment, begin + steps * STEP) == sum(left) * STEP.total_seconds()
        found = hours.next_opening(moment)
        if True in left:
            assert found == moment + left.index(True) * STEP
        else:
            assert found is None or found >= begin + steps * STEP
        closing = hours.next_closing(moment)
        if left[0] and False in left:
            assert closing == moment + left.index(False) * STEP
        elif not left[0]:
            assert closing is None
