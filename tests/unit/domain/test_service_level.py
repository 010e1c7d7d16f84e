"""Service levels by every published definition, and the counts they are made of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.ids import InteractionId, QueueId, WorkItemId
from hub.domain.queue import ServiceLevelTarget
from hub.domain.service_level import DEFINITIONS, Counts, Outcome, WorkRow, counts_of, genesys
from hub.domain.work import WorkState

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = START + timedelta(hours=1)
TARGET = ServiceLevelTarget(share=0.8, threshold_s=20, short_abandon_s=5)


def row(state: WorkState, wait_s: float, *, answered: bool = False) -> WorkRow:
    ended_at = START + timedelta(seconds=wait_s + 60 if answered else wait_s)
    return WorkRow(
        work_item_id=WorkItemId("w"),
        interaction_id=InteractionId("i"),
        queue_id=QueueId("q"),
        first_queued_at=START,
        answered_at=START + timedelta(seconds=wait_s) if answered else None,
        ended_at=ended_at,
        state=state,
    )


def answered(wait_s: float) -> WorkRow:
    return row(WorkState.COMPLETED, wait_s, answered=True)


def abandoned(wait_s: float) -> WorkRow:
    return row(WorkState.ABANDONED, wait_s)


def levels(counts: Counts) -> dict[str, float | None]:
    return {definition.name: definition.value(counts) for definition in DEFINITIONS}


WORKED_CASE = (
    [answered(20)] * 50
    + [answered(20.001)] * 20
    + [abandoned(4.999)] * 10
    + [abandoned(5)] * 8
    + [abandoned(21)] * 12
)


def test_the_worked_case_of_the_terms_gives_the_five_published_levels() -> None:
    counts = counts_of(WORKED_CASE, TARGET, LATER)

    assert counts == Counts(
        offered=100,
        answered=70,
        answered_in_time=50,
        abandoned=30,
        abandoned_in_time=18,
        short_abandoned=10,
    )
    assert {name: round(100 * (level or 0), 1) for name, level in levels(counts).items()} == {
        "strict": 55.6,
        "every_abandon": 50.0,
        "genesys": 50.0,
        "genesys_with_flow_out": 50.0,
        "genesys_without_short": 55.6,
        "genesys_with_flow_out_without_short": 55.6,
        "connect": 68.0,
        "asterisk": 71.4,
        "asterisk2": 68.0,
    }


def test_work_still_waiting_is_offered_and_pulls_the_strict_level_down() -> None:
    counts = Counts(offered=10, answered=4, answered_in_time=4, still_waiting=6)

    assert levels(counts)["strict"] == 0.4
    assert levels(counts)["genesys"] == 1.0


def test_the_genesys_switches_count_flow_outs_in_and_short_abandons_out() -> None:
    counts = Counts(offered=20, answered=10, answered_in_time=6, abandoned=5, short_abandoned=2, flowed_out=5)

    assert genesys(counts) == 6 / 15
    assert genesys(counts, flowed_out=True) == 6 / 20
    assert genesys(counts, without_short=True) == 6 / 13
    assert genesys(counts, flowed_out=True, without_short=True) == 6 / 18


def test_to_connect_a_callback_asked_for_in_time_is_good() -> None:
    rows = [row(WorkState.CALLBACK, 20), row(WorkState.CALLBACK, 21)]

    assert levels(counts_of(rows, TARGET, LATER))["connect"] == 0.5


def test_without_any_work_there_is_no_level() -> None:
    assert set(levels(Counts()).values()) == {None}


@pytest.mark.parametrize(
    ("waited_s", "in_time", "short"),
    [(0, 1, 1), (4.999999, 1, 1), (5, 1, 0), (20, 1, 0), (20.000001, 0, 0)],
)
def test_an_abandon_is_in_time_up_to_t_and_short_below_s(waited_s: float, in_time: int, short: int) -> None:
    counts = counts_of([abandoned(waited_s)], TARGET, LATER)

    assert (counts.abandoned_in_time, counts.short_abandoned) == (in_time, short)


def test_work_we_took_out_of_the_line_counts_as_flowed_out() -> None:
    assert row(WorkState.CANCELLED, 3).outcome(LATER) is Outcome.FLOWED_OUT


def test_a_callback_is_not_an_abandon() -> None:
    assert row(WorkState.CALLBACK, 3).outcome(LATER) is Outcome.CALLBACK


def test_an_outcome_counts_from_its_own_moment_on() -> None:
    row_at_10 = answered(10)

    assert row_at_10.outcome(START + timedelta(seconds=9.999999)) is Outcome.STILL_WAITING
    assert row_at_10.outcome(START + timedelta(seconds=10)) is Outcome.ANSWERED


def test_what_was_answered_once_stays_answered_even_if_the_client_leaves_after_the_agent_was_lost() -> None:
    returned = row(WorkState.ABANDONED, 10, answered=True)

    assert returned.outcome(LATER) is Outcome.ANSWERED
    assert returned.wait_s(LATER) == 10


def test_a_clock_set_back_gives_no_negative_wait() -> None:
    assert abandoned(-3600).wait_s(LATER) == 0


rows = st.builds(
    row,
    st.sampled_from([WorkState.ABANDONED, WorkState.FLOWED_OUT, WorkState.CALLBACK, WorkState.CANCELLED]),
    st.floats(-10, 4000),
) | st.builds(answered, st.floats(-10, 4000))


@given(st.lists(rows), st.floats(-100, 5000))
def test_every_offered_pass_has_exactly_one_outcome_at_any_moment(
    some: list[WorkRow], after_s: float
) -> None:
    c = counts_of(some, TARGET, START + timedelta(seconds=after_s))

    assert c.offered == len(some)
    assert c.offered == c.answered + c.abandoned + c.flowed_out + c.callback + c.still_waiting


@given(st.lists(rows))
def test_every_level_is_a_share(some: list[WorkRow]) -> None:
    for level in levels(counts_of(some, TARGET, LATER)).values():
        assert level is None or 0 <= level <= 1
