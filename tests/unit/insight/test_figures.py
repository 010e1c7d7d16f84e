"""The figures of a queue are what somebody with a stopwatch and a sheet of paper would write down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import Invalid
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.queue import Queue, ServiceLevelTarget
from hub.domain.work import WorkState
from hub.insight.figures import Material, QueueFigures, figures_of, rows_behind
from tests.unit.insight.stories import (
    AGENTS,
    HORIZON_S,
    QUEUES,
    Story,
    at,
    days,
    new_item,
    told,
    watched,
)

ANNA = AGENTS[0]
TARGET = ServiceLevelTarget(share=0.8, threshold_s=20, short_abandon_s=5)
SALES, SUPPORT = (Queue(id=q, tenant_id=DEFAULT_TENANT, name=q, service_level=TARGET) for q in QUEUES)

seconds = st.integers(0, HORIZON_S)


def values(figures: QueueFigures) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in (*figures.figures, *figures.service_levels)}


def measured(queue: Queue, day: list[Story], from_s: float, to_s: float, as_of_s: float) -> QueueFigures:
    rows = [story.row() for story in day]
    return figures_of(queue, Material(rows=rows), at(from_s), at(to_s), at(as_of_s))


@given(days(), seconds, seconds, seconds)
def test_offered_is_the_sum_of_all_outcomes_for_every_queue_and_interval_at_any_moment(
    day: list[Story], one_s: int, other_s: int, as_of_s: int
) -> None:
    from_s, to_s = sorted((one_s, other_s))
    for queue in (SALES, SUPPORT):
        v = values(measured(queue, day, from_s, to_s, as_of_s))

        parts = ("answered", "abandoned", "flowed_out", "callback", "still_waiting")
        assert v["offered"] == sum(v[part] or 0 for part in parts)


@given(days(), seconds, seconds)
def test_neighbouring_intervals_add_up_to_the_interval_that_holds_them(
    day: list[Story], one_s: int, other_s: int
) -> None:
    middle_s, end_s = sorted((one_s, other_s))
    whole, first, second = (
        measured(SALES, day, *interval, as_of_s=end_s).counts
        for interval in ((0, end_s), (0, middle_s), (middle_s, end_s))
    )

    assert whole.offered == first.offered + second.offered
    assert whole.answered_in_time == first.answered_in_time + second.answered_in_time


@given(days(), seconds, seconds)
def test_counts_and_times_equal_those_of_watching_every_second(
    day: list[Story], to_s: int, as_of_s: int
) -> None:
    for queue in (SALES, SUPPORT):
        mine = [
            watched(story, as_of_s)
            for story in day
            if story.last.queue_id == queue.id and story.last.first_queued_at < at(to_s)
            if story.last.first_queued_at <= at(as_of_s)
        ]
        answered = [seen for seen in mine if seen.outcome == "answered"]
        handled = [seen for seen in answered if seen.over]
        v = values(measured(queue, day, 0, to_s, as_of_s))

        for outcome in ("answered", "abandoned", "flowed_out", "callback", "still_waiting"):
            assert v[outcome] == sum(seen.outcome == outcome for seen in mine)
        assert v["short_abandon"] == sum(s.outcome == "abandoned" and s.wait_s < 5 for s in mine)
        assert v["asa"] == mean([seen.wait_s for seen in answered])
        assert v["aht"] == mean([seen.handle_s for seen in handled])
        assert v["asterisk"] == mean([seen.wait_s <= 20 for seen in answered])


def mean(numbers):
    return pytest.approx(sum(numbers) / len(numbers)) if numbers else None


def test_an_interval_holds_its_first_moment_and_not_its_last() -> None:
    day = [told(new_item(n, SALES.id, second), []) for n, second in enumerate((9, 10, 19, 20))]

    assert values(measured(SALES, day, 10, 20, 20))["offered"] == 2


def test_work_answered_after_the_interval_is_still_waiting_at_its_end_and_answered_later() -> None:
    day = [told(new_item(1, SALES.id, 55), [(10, WorkState.OFFERED, ANNA), (2, WorkState.ASSIGNED, ANNA)])]

    assert values(measured(SALES, day, 0, 60, 60))["still_waiting"] == 1
    assert values(measured(SALES, day, 0, 60, 67))["answered"] == 1
    assert values(measured(SALES, day, 0, 60, 67))["asa"] == 12


def test_an_interval_is_measured_at_its_end_unless_told_otherwise() -> None:
    assert figures_of(SALES, Material(rows=()), at(0), at(60)).as_of == at(60)


def test_work_that_is_answered_but_not_over_has_no_handle_time_yet() -> None:
    steps = [(1, WorkState.OFFERED, ANNA), (1, WorkState.ASSIGNED, ANNA), (50, WorkState.WRAP_UP, ANNA)]
    day = [told(new_item(1, SALES.id, 0), steps)]

    assert values(measured(SALES, day, 0, 60, 200))["aht"] is None


def test_each_figure_says_its_formula_with_the_numbers_of_the_queues_target() -> None:
    figures = measured(SALES, [], 0, 60, 60)

    assert all(figure.formula for figure in (*figures.figures, *figures.service_levels))
    strict = figures.service_levels[0]
    assert strict.name == "strict"
    assert strict.formula == "answered≤T / (offered − short abandons); T = 20 s, short: under 5 s"


@given(days(), seconds)
def test_a_counted_figure_opens_exactly_as_many_rows_as_it_counts(day: list[Story], as_of_s: int) -> None:
    rows = [story.row() for story in day]
    v = values(measured(SALES, day, 0, HORIZON_S, as_of_s))

    for name in ("offered", "answered", "abandoned", "short_abandon", "flowed_out", "still_waiting"):
        behind = rows_behind(name, SALES, rows, at(0), at(HORIZON_S), at(as_of_s))
        assert len(behind) == v[name]


@given(days())
def test_every_service_level_opens_the_rows_it_divides_by(day: list[Story]) -> None:
    rows = [story.row() for story in day]
    figures = measured(SALES, day, 0, HORIZON_S, HORIZON_S)

    for level in figures.service_levels:
        behind = rows_behind(level.name, SALES, rows, at(0), at(HORIZON_S), at(HORIZON_S))
        assert (level.value is None) == (not behind)
        share_of_whole = (level.value or 0) * len(behind)
        assert share_of_whole == pytest.approx(round(share_of_whole))


def test_a_figure_that_is_not_made_of_passes_opens_no_rows() -> None:
    with pytest.raises(Invalid):
        rows_behind("occupancy", SALES, [], at(0), at(60))
