"""Clocks of conversations in writing: when they begin, when they are due, what ends them; and the reply timer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent import Media
from hub.domain.clocks import Mark, Reading, Run, Turn, asked_run, read_on, reply_timer, with_due
from hub.domain.hours import Calendar, CalendarId, Hours, Slot, SpecialDay
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, UserId, WorkItemId
from hub.domain.text_times import ClockKind, TextTimes
from hub.domain.work import WorkItem, WorkState

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
FIRST, NEXT, RESOLUTION = ClockKind.FIRST, ClockKind.NEXT, ClockKind.RESOLUTION
ASKED, ANSWERED, LEFT, CLOSED = Turn.ASKED, Turn.ANSWERED, Turn.LEFT, Turn.CLOSED


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def marks(*turns: Turn) -> list[Mark]:
    """A line a minute, numbered from 1."""
    return [Mark(seq=n + 1, at=at(n), turn=turn) for n, turn in enumerate(turns)]


def read(*turns: Turn) -> tuple[Reading, tuple[Run, ...]]:
    return read_on(Reading(), marks(*turns), len(turns))


def running(reading: Reading) -> list[ClockKind]:
    return [run.kind for run in reading.runs]


def test_the_first_words_start_the_first_response_and_the_resolution() -> None:
    reading, ended = read(ASKED)
    assert running(reading) == [FIRST, RESOLUTION]
    assert ended == ()
    assert all(run.started_at == at(0) and run.seq == 1 for run in reading.runs)


def test_more_words_of_the_client_do_not_start_the_clock_anew() -> None:
    reading, _ = read(ASKED, ASKED, ASKED)
    assert asked_run(reading.runs) == Run(kind=FIRST, seq=1, started_at=at(0))


def test_an_answer_ends_the_response_and_not_the_resolution() -> None:
    reading, ended = read(ASKED, ASKED, ANSWERED)
    assert running(reading) == [RESOLUTION]
    assert ended == (Run(kind=FIRST, seq=1, started_at=at(0), ended_at=at(2), ended_by="answered"),)


def test_after_an_answer_it_is_the_next_response() -> None:
    reading, _ = read(ASKED, ANSWERED, ASKED)
    assert running(reading) == [NEXT, RESOLUTION]
    assert asked_run(reading.runs) == Run(kind=NEXT, seq=3, started_at=at(2))


def test_where_one_of_us_wrote_first_there_is_no_first_response() -> None:
    reading, _ = read(ANSWERED, ASKED)
    assert running(reading) == [NEXT, RESOLUTION]


def test_who_left_waits_for_no_words_and_their_matter_stays_open() -> None:
    reading, ended = read(ASKED, LEFT)
    assert running(reading) == [RESOLUTION]
    assert [run.ended_by for run in ended] == ["left"]


def test_the_close_ends_everything() -> None:
    reading, ended = read(ASKED, CLOSED)
    assert reading.runs == ()
    assert {(run.kind, run.ended_by) for run in ended} == {(FIRST, "closed"), (RESOLUTION, "closed")}


@given(st.lists(st.sampled_from(list(Turn)), max_size=30), st.data())
def test_reading_in_pieces_or_twice_is_reading_once(turns: list[Turn], data: st.DataObject) -> None:
    lines = marks(*turns)
    whole, ended = read_on(Reading(), lines, len(lines))
    reading, cut = Reading(), 0
    found: list[Run] = []
    while cut < len(lines):
        step = data.draw(st.integers(1, len(lines) - cut))
        again = data.draw(st.integers(0, cut))  # some lines come once more
        reading, over = read_on(reading, lines[again : cut + step], cut + step)
        found += over
        cut += step
    assert (reading, tuple(found)) == (whole, ended)
    assert read_on(whole, lines, len(lines)) == (whole, ())


@given(st.lists(st.sampled_from(list(Turn)), max_size=30))
def test_runs_of_responses_never_overlap_and_each_begins_with_words(turns: list[Turn]) -> None:
    reading, ended = read(*turns)
    responses = sorted(
        (r for r in (*ended, *reading.runs) if r.kind is not RESOLUTION), key=lambda r: r.started_at
    )
    assert all(turns[run.seq - 1] is ASKED for run in responses)
    for before, after in pairwise(responses):
        assert before.ended_at is not None
        assert before.ended_at <= after.started_at
    assert sum(run.kind is FIRST for run in responses) <= 1


# — replies that fail ——————————————————————————————————————————————————————————————————————————————


class Keeper:
    """Keeps runs as the store does: by kind and line, and what never was goes."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.runs: dict[tuple[ClockKind, int], Run] = {}

    def read(self, lines: Sequence[Mark], unsaid: set[int]) -> None:
        if self.reading.must_begin_anew(unsaid):
            self.reading, self.runs = Reading(), {}
        self.reading, ended = read_on(self.reading, lines, len(lines), unsaid)
        for run in (*ended, *self.reading.runs):
            self.runs[run.kind, run.seq] = run


def test_a_reply_that_failed_opens_the_run_again_that_it_ended() -> None:
    lines = marks(ASKED, ANSWERED, ASKED)
    keeper = Keeper()
    keeper.read(lines, set())
    assert keeper.runs[NEXT, 3].ended_at is None
    keeper.read(lines, {2})
    assert keeper.runs == {
        (FIRST, 1): Run(kind=FIRST, seq=1, started_at=at(0)),
        (RESOLUTION, 1): Run(kind=RESOLUTION, seq=1, started_at=at(0)),
    }
    keeper.read([*lines, Mark(seq=4, at=at(9), turn=ANSWERED)], {2})
    assert keeper.runs[FIRST, 1].ended_at == at(9)


def test_a_letter_that_began_a_conversation_and_failed_does_not_take_the_first_response_away() -> None:
    keeper = Keeper()
    keeper.read(marks(ANSWERED, ASKED), set())
    assert set(keeper.runs) == {(NEXT, 2), (RESOLUTION, 2)}
    keeper.read(marks(ANSWERED, ASKED), {1})
    assert set(keeper.runs) == {(FIRST, 2), (RESOLUTION, 2)}


@given(
    st.lists(st.tuples(st.sampled_from(list(Turn)), st.booleans()), max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.sets(st.integers(1, 20))), max_size=6),
)
def test_whenever_a_reply_fails_it_is_as_if_it_had_never_been(
    history: list[tuple[Turn, bool]], looks: list[tuple[int, set[int]]]
) -> None:
    lines = marks(*(turn for turn, _ in history))
    replies = {line.seq for line in lines if line.turn is ANSWERED}
    fail = {
        line.seq for line, (_, fails) in zip(lines, history, strict=True) if fails and line.seq in replies
    }
    keeper, read = Keeper(), 0
    # at each look the history is longer, and some replies have failed meanwhile (or are sent again)
    for upto, failed in (*looks, (len(lines), fail), (len(lines), fail)):
        read = max(read, min(upto, len(lines)))
        keeper.read(lines[:read], failed & replies if failed is not fail else fail)
    never = Keeper()
    never.read([line for line in lines if line.seq not in fail], fail)
    assert keeper.runs == never.runs
    assert replace(keeper.reading, seq=0) == replace(never.reading, seq=0)


# — due ————————————————————————————————————————————————————————————————————————————————————————


def hours(
    *days: SpecialDay, zone: str = "Europe/Berlin", slots: Sequence[tuple[int, int]] = ((9, 18),)
) -> Hours:
    usual = tuple(Slot(from_min=a * 60, to_min=b * 60) for a, b in slots)
    return Hours.of(
        Calendar(
            id=CalendarId("c"),
            tenant_id=DEFAULT_TENANT,
            name="usual",
            zone=zone,
            week=(usual,) * 5 + ((), ()),
            days=tuple(days),
        )
    )


def due_after(opens: Hours | None, asked: str, hours_s: float) -> datetime | None:
    run = Run(kind=FIRST, seq=1, started_at=datetime.fromisoformat(asked))
    return with_due(run, TextTimes(first_response_s=hours_s * 3600), opens).due_at


@pytest.mark.parametrize(
    ("asked", "hours_s", "due"),
    [
        ("2026-03-02T10:00+01:00", 4, "2026-03-02T14:00+01:00"),
        ("2026-03-02T16:00+01:00", 4, "2026-03-03T11:00+01:00"),  # two hours of Monday, two of Tuesday
        ("2026-03-06T17:00+01:00", 2, "2026-03-09T10:00+01:00"),  # over the week-end
        ("2026-03-07T12:00+01:00", 1, "2026-03-09T10:00+01:00"),  # asked on a Saturday
        (
            "2026-03-02T17:00+01:00",
            1,
            "2026-03-02T18:00+01:00",
        ),  # due with the closing, not at the next opening
        ("2026-03-27T17:00+01:00", 2, "2026-03-30T10:00+02:00"),  # the clocks went forward in between
        ("2026-10-23T17:00+02:00", 2, "2026-10-26T10:00+01:00"),  # and back
        ("2026-03-02T09:00+01:00", 45, "2026-03-06T18:00+01:00"),  # a whole week of work
    ],
)
def test_only_business_hours_count(asked: str, hours_s: float, due: str) -> None:
    assert due_after(hours(), asked, hours_s) == datetime.fromisoformat(due)


def test_a_holiday_does_not_count() -> None:
    closed = SpecialDay(on=datetime(2026, 4, 6, tzinfo=UTC).date(), name="Easter Monday")
    assert due_after(hours(closed), "2026-04-03T17:00+02:00", 2) == datetime.fromisoformat(
        "2026-04-07T10:00+02:00"
    )


def test_in_the_night_of_the_change_an_hour_is_an_hour() -> None:
    nights = hours(slots=[(22, 30)])
    # Friday 27 March 2026, 22:00, to Saturday 06:00 has eight hours; the change is a night later
    assert due_after(nights, "2026-03-27T23:00+01:00", 6) == datetime.fromisoformat("2026-03-28T05:00+01:00")
    everyday = Hours.of(
        replace(
            Calendar(
                id=CalendarId("c"),
                tenant_id=DEFAULT_TENANT,
                name="nights",
                zone="Europe/Berlin",
                week=((Slot(from_min=22 * 60, to_min=30 * 60),),) * 7,
            )
        )
    )
    # in the short night 02:00–03:00 is not there: seven hours from 22:00 to 06:00
    assert due_after(everyday, "2026-03-28T22:00+01:00", 6) == datetime.fromisoformat(
        "2026-03-29T05:00+02:00"
    )
    assert due_after(everyday, "2026-10-24T22:00+02:00", 6) == datetime.fromisoformat(
        "2026-10-25T03:00+01:00"
    )


def test_without_hours_all_time_counts_and_without_a_target_nothing_is_due() -> None:
    assert due_after(None, "2026-03-07T23:00+01:00", 3) == datetime.fromisoformat("2026-03-08T02:00+01:00")
    run = Run(kind=NEXT, seq=1, started_at=T0)
    assert with_due(run, TextTimes(first_response_s=60), None).due_at is None


def test_what_never_opens_is_never_due() -> None:
    assert due_after(hours(slots=[]), "2026-03-02T10:00+01:00", 1) is None


@given(st.integers(0, 60 * 24 * 400), st.integers(0, 60 * 60 * 60))
def test_when_it_is_due_it_has_been_open_for_so_long(minute: int, open_s: int) -> None:
    opens = hours()
    asked = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    due = opens.after_open_seconds(asked, open_s)
    assert due is not None
    assert opens.open_seconds_between(asked, due) == open_s
    if open_s:
        assert opens.open_seconds_between(asked, due - timedelta(seconds=1)) < open_s


def test_a_run_is_late_from_the_moment_after_it_was_due() -> None:
    run = Run(kind=FIRST, seq=1, started_at=at(0), due_at=at(10))
    assert not run.is_late(at(10))
    assert run.is_late(at(10.1))
    assert not replace(run, ended_at=at(10)).is_late(at(99))
    assert replace(run, ended_at=at(11)).is_late(at(12))
    assert not Run(kind=FIRST, seq=1, started_at=at(0)).is_late(at(99))


# — the reply timer ————————————————————————————————————————————————————————————————————————————

ANNA = UserId("anna")
TIMES = TextTimes(reply_within_s=600, warn_before_s=120)


def work(**changes: object) -> WorkItem:
    item = WorkItem(
        id=WorkItemId("w"),
        tenant_id=DEFAULT_TENANT,
        interaction_id=InteractionId("i"),
        person_id=PersonId("p"),
        queue_id=QueueId("q"),
        channel="email",
        media=Media.MAIL,
        language="en",
        skills={},
        priority=0,
        state=WorkState.ASSIGNED,
        first_queued_at=at(0),
        queued_at=at(0),
        urgent_at=at(0),
        state_at=at(5),
        received_at=at(0),
        assigned_at=at(5),
        agent_id=ANNA,
        epoch=1,
    )
    return replace(item, **changes)  # type: ignore[arg-type]


WAITS, _ = read(ASKED)
ANSWERED_READING, _ = read(ASKED, ANSWERED)


def test_the_agent_has_the_time_from_when_they_have_the_words() -> None:
    timer = reply_timer(WAITS, work(), TIMES, None, is_planned=False)
    assert timer is not None
    assert timer.agent_id == ANNA
    assert (timer.started_at, timer.warn_at, timer.return_at) == (at(5), at(13), at(15))
    later, _ = read_on(ANSWERED_READING, [Mark(seq=9, at=at(8), turn=ASKED)], 9)
    timer = reply_timer(later, work(), TIMES, None, is_planned=False)
    assert timer is not None
    assert (timer.started_at, timer.asked_seq) == (at(8), 9)


def test_the_warning_comes_at_half_the_time_at_the_earliest() -> None:
    timer = reply_timer(WAITS, work(), replace(TIMES, warn_before_s=590), None, is_planned=False)
    assert timer is not None
    assert timer.warn_at == at(10)


@pytest.mark.parametrize(
    "item",
    [
        None,
        work(state=WorkState.QUEUED, agent_id=None, assigned_at=None),
        work(state=WorkState.OFFERED),
        work(state=WorkState.WRAP_UP),
        work(media=Media.VOICE),
    ],
)
def test_no_timer_runs_for_work_that_nobody_answers_in_writing(item: WorkItem | None) -> None:
    assert reply_timer(WAITS, item, TIMES, None, is_planned=False) is None


def test_an_answer_a_planned_reply_and_a_queue_without_the_rule_have_none() -> None:
    assert reply_timer(ANSWERED_READING, work(), TIMES, None, is_planned=False) is None
    assert reply_timer(WAITS, work(), TIMES, None, is_planned=True) is None
    assert reply_timer(WAITS, work(), TextTimes(first_response_s=60), None, is_planned=False) is None


def test_a_warning_is_kept_for_the_same_words_and_assignment_only() -> None:
    timer = reply_timer(WAITS, work(), TIMES, None, is_planned=False)
    assert timer is not None
    warned = replace(timer, warned_at=at(13))

    def again(item: WorkItem, times: TextTimes = TIMES) -> datetime | None:
        found = reply_timer(WAITS, item, times, None, is_planned=False, before=warned)
        assert found is not None
        return found.warned_at

    assert again(work()) == at(13)
    assert again(work(epoch=2, agent_id=UserId("boris"))) is None
    assert again(work(), replace(TIMES, reply_within_s=1200)) is None


def test_the_timer_stands_still_while_the_queue_is_closed() -> None:
    asked = datetime.fromisoformat("2026-03-06T17:55+01:00")
    reading, _ = read_on(Reading(), [Mark(seq=1, at=asked, turn=ASKED)], 1)
    timer = reply_timer(reading, work(assigned_at=asked), TIMES, hours(), is_planned=False)
    assert timer is not None
    assert timer.return_at == datetime.fromisoformat("2026-03-09T09:05+01:00")
    assert timer.warn_at == datetime.fromisoformat("2026-03-09T09:03+01:00")
