"""The estimated wait follows the speed at which the line moves, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.ids import QueueId
from hub.insight.wait import estimated_wait_s
from hub.ports.insight import RecentAnswer
from tests.unit.insight.stories import at


def answer(queued_s: float, answered_s: float) -> RecentAnswer:
    return RecentAnswer(queue_id=QueueId("q"), first_queued_at=at(queued_s), answered_at=at(answered_s))


@given(st.integers(1, 120), st.integers(1, 30))
def test_in_a_line_that_never_empties_the_wait_is_the_place_times_the_time_between_answers(
    every_s: int, place: int
) -> None:
    answers = [answer(-3600, n * every_s) for n in range(10)]

    estimate = estimated_wait_s(answers, at(0), place, at(9 * every_s))

    assert estimate == pytest.approx(place * every_s)


def test_in_a_quiet_hour_few_answers_do_not_mean_slow_agents() -> None:
    answers = [answer(0, 4), answer(600, 604), answer(1200, 1204)]

    assert estimated_wait_s(answers, None, 1, at(1500)) == 4


def test_while_nobody_is_answered_the_estimate_grows() -> None:
    answers = [answer(-3600, 0), answer(-3600, 10), answer(-3600, 20)]

    assert estimated_wait_s(answers, at(0), 1, at(20)) == 10
    assert estimated_wait_s(answers, at(0), 1, at(60)) == 30


def test_two_answers_are_no_rate_and_three_are() -> None:
    answers = [answer(0, 10), answer(0, 20), answer(0, 30)]

    assert estimated_wait_s(answers[:2], at(0), 1, at(30)) is None
    assert estimated_wait_s(answers, at(0), 1, at(30)) == 10


def test_answers_older_than_half_an_hour_do_not_count() -> None:
    answers = [answer(0, 10), answer(0, 20), answer(0, 30)]

    assert estimated_wait_s(answers, None, 1, at(1810)) == 10
    assert estimated_wait_s(answers, None, 1, at(1810.001)) is None


def test_who_has_waited_longer_than_the_others_in_sight_does_not_slow_the_rate() -> None:
    """Those answered before the oldest answer in sight waited too, but their answers are not seen."""
    answers = [answer(-3600, 10), answer(0, 20), answer(0, 30), answer(0, 40)]

    assert estimated_wait_s(answers, at(0), 1, at(40)) == 10


def test_the_order_of_the_answers_does_not_matter() -> None:
    answers = [answer(0, 40), answer(0, 10), answer(0, 25)]

    assert estimated_wait_s(answers, at(0), 2, at(40)) == 30


@given(st.lists(st.tuples(st.integers(-100, 2000), st.integers(-100, 2000))), st.integers(1, 50))
def test_no_log_however_odd_gives_a_negative_wait(pairs: list[tuple[int, int]], place: int) -> None:
    estimate = estimated_wait_s([answer(*pair) for pair in pairs], at(0), place, at(1000))

    assert estimate is None or estimate >= 0
