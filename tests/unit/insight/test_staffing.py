"""Occupancy and slot utilisation equal what one sees by looking at every agent every second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent import Media, Wish
from hub.domain.ids import UserId
from hub.domain.work import WorkState
from hub.insight.staffing import StaffedSpan, occupancy, slot_utilisation, staffed_spans
from hub.ports.insight import AgentMark
from tests.unit.insight.stories import AGENTS, HORIZON_S, QUEUES, Story, at, days, new_item, told

ANNA, BORIS, _ = AGENTS
AT_WORK = {WorkState.ASSIGNED, WorkState.WRAP_UP}

seconds = st.integers(0, HORIZON_S)
marks = st.builds(
    lambda agent_id, second, wish, present: AgentMark(
        agent_id=agent_id, at=at(second), wish=wish, present=present, text_slots=3
    ),
    st.sampled_from(AGENTS),
    seconds,
    st.sampled_from(Wish),
    st.booleans(),
)
logs = st.lists(marks, max_size=12).map(lambda log: sorted(log, key=lambda mark: mark.at))


def takes_work(log: list[AgentMark], agent_id: UserId, second: int) -> bool:
    last = next((m for m in reversed(log) if m.agent_id == agent_id and m.at <= at(second)), None)
    return last is not None and last.present and last.wish is Wish.AVAILABLE


def holds(day: list[Story], agent_id: UserId, second: int) -> list[Story]:
    return [
        story
        for story in day
        if (item := story.during(second)) is not None
        and item.agent_id == agent_id
        and item.state in AT_WORK
        and second < (story.last.state_at - at(0)).total_seconds()
    ]


@given(days(), logs, seconds, seconds)
def test_occupancy_equals_looking_at_every_agent_every_second(
    day: list[Story], log: list[AgentMark], one_s: int, other_s: int
) -> None:
    from_s, to_s = sorted((one_s, other_s))
    with_work = idle = 0
    for second in range(from_s, to_s):
        for agent_id in AGENTS:
            if holds(day, agent_id, second):
                with_work += 1
            elif takes_work(log, agent_id, second):
                idle += 1

    work = [segment for story in day for segment in story.segments]
    spans = staffed_spans(log, at(to_s))

    expected = pytest.approx(with_work / (with_work + idle)) if with_work + idle else None
    assert occupancy(work, spans, at(from_s), at(to_s)) == expected


@given(days(), logs, seconds, seconds)
def test_slot_utilisation_equals_counting_busy_and_configured_slots_every_second(
    day: list[Story], log: list[AgentMark], one_s: int, other_s: int
) -> None:
    from_s, to_s = sorted((one_s, other_s))
    busy = configured = 0
    for second in range(from_s, to_s):
        for agent_id in AGENTS:
            for story in holds(day, agent_id, second):
                item = story.during(second)
                busy += item is not None and item.media is Media.CHAT and item.state is WorkState.ASSIGNED
            configured += 3 * takes_work(log, agent_id, second)

    work = [segment for story in day for segment in story.segments]
    spans = staffed_spans(log, at(to_s))

    expected = pytest.approx(busy / configured) if configured else None
    assert slot_utilisation(work, spans, at(from_s), at(to_s)) == expected


def chat(number: int, from_s: int, to_s: int) -> Story:
    return told(
        new_item(number, QUEUES[0], from_s),
        [
            (0, WorkState.OFFERED, ANNA),
            (0, WorkState.ASSIGNED, ANNA),
            (to_s - from_s, WorkState.COMPLETED, ANNA),
        ],
    )


def there(agent_id: UserId, from_s: int, to_s: int) -> StaffedSpan:
    return StaffedSpan(agent_id=agent_id, started_at=at(from_s), ended_at=at(to_s), text_slots=3)


def test_five_chats_at_once_are_one_agent_at_work() -> None:
    work = [segment for number in range(5) for segment in chat(number, 0, 60).segments]

    assert occupancy(work, [there(ANNA, 0, 60)], at(0), at(60)) == 1.0


def test_an_agent_with_one_chat_of_three_is_occupied_and_uses_a_third_of_the_slots() -> None:
    work = chat(1, 0, 60).segments

    assert occupancy(work, [there(ANNA, 0, 60)], at(0), at(60)) == 1.0
    assert slot_utilisation(work, [there(ANNA, 0, 60)], at(0), at(60)) == pytest.approx(1 / 3)


def test_an_agent_who_waits_for_work_is_idle() -> None:
    work = chat(1, 0, 60).segments

    assert occupancy(work, [there(ANNA, 0, 60), there(BORIS, 0, 60)], at(0), at(60)) == 0.5


def test_being_asked_is_not_work_yet() -> None:
    work = told(
        new_item(1, QUEUES[0], 0), [(0, WorkState.OFFERED, ANNA), (20, WorkState.QUEUED, ANNA)]
    ).segments

    assert occupancy(work, [there(ANNA, 0, 60)], at(0), at(60)) == 0.0


def test_work_finished_in_a_pause_counts_and_the_rest_of_the_pause_does_not() -> None:
    work = chat(1, 0, 30).segments

    assert occupancy(work, [there(ANNA, 0, 10)], at(0), at(60)) == 1.0


def test_without_anybody_there_is_no_occupancy() -> None:
    assert occupancy([], [], at(0), at(60)) is None
    assert slot_utilisation([], [], at(0), at(60)) is None
