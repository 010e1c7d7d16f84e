"""Segments rebuilt from facts are those the steps ended, whatever the order and number of the facts."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent import Media
from hub.domain.segment import SegmentKind
from hub.domain.work import WorkState
from hub.insight.segments import handle_s, rebuilt_segments, running_segment
from tests.unit.insight.stories import AGENTS, QUEUES, Story, at, days, new_item, told

ANNA = AGENTS[0]


def key(segment):
    return (segment.work_item_id, segment.started_at, segment.ended_at, segment.kind)


@given(days(), st.randoms(use_true_random=False))
def test_facts_in_any_order_and_repeated_give_the_segments_that_the_steps_ended(
    day: list[Story], chance: random.Random
) -> None:
    facts = [fact for story in day for fact in story.facts for _ in range(chance.randint(1, 3))]
    chance.shuffle(facts)

    rebuilt = rebuilt_segments(facts)

    assert sorted(rebuilt, key=key) == sorted((s for story in day for s in story.segments), key=key)
    assert [s.started_at for s in rebuilt] == sorted(s.started_at for s in rebuilt)


@given(days())
def test_the_segments_of_an_item_cover_its_whole_life_without_gap_or_overlap(day: list[Story]) -> None:
    for story in day:
        rebuilt = rebuilt_segments(story.facts)
        ends = [story.lives[0].first_queued_at, *(segment.ended_at for segment in rebuilt)]

        assert [segment.started_at for segment in rebuilt] == ends[:-1]
        assert ends[-1] == story.last.state_at


@given(days())
def test_the_wait_until_the_first_answer_is_its_queue_and_alert_segments_before_it(day: list[Story]) -> None:
    for story in day:
        answered_at = story.last.answered_at
        if answered_at is None:
            continue
        before = [
            segment.ended_at - segment.started_at
            for segment in story.segments
            if segment.kind in {SegmentKind.QUEUE, SegmentKind.ALERT} and segment.ended_at <= answered_at
        ]
        assert sum(before, timedelta()) == answered_at - story.last.first_queued_at


def test_a_change_that_is_no_step_ends_no_segment() -> None:
    story = told(new_item(1, QUEUES[0], 0), [(10, WorkState.OFFERED, ANNA)])
    queued, offered = story.facts
    urgent = type(queued)(
        tenant_id=queued.tenant_id,
        item=type(queued.item)(**{**fields(queued.item), "priority": 2, "version": 2}),
        reason="prioritised",
    )
    later = type(offered)(
        tenant_id=offered.tenant_id,
        item=type(offered.item)(**{**fields(offered.item), "version": 3}),
        reason="offered",
    )

    assert [s.kind for s in rebuilt_segments([queued, urgent, later])] == [SegmentKind.QUEUE]


def fields(item):
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def test_a_call_talks_and_a_chat_texts() -> None:
    steps = [(1, WorkState.OFFERED, ANNA), (2, WorkState.ASSIGNED, ANNA), (60, WorkState.WRAP_UP, ANNA)]

    call = told(new_item(1, QUEUES[0], 0, Media.VOICE), steps)
    chat = told(new_item(2, QUEUES[0], 0, Media.CHAT), steps)

    assert [s.kind for s in call.segments] == [SegmentKind.QUEUE, SegmentKind.ALERT, SegmentKind.TALK]
    assert [s.kind for s in chat.segments] == [SegmentKind.QUEUE, SegmentKind.ALERT, SegmentKind.TEXT]


def test_handle_time_is_the_agents_work_and_not_the_clients_wait() -> None:
    story = told(
        new_item(1, QUEUES[0], 0),
        [
            (10, WorkState.OFFERED, ANNA),
            (5, WorkState.ASSIGNED, ANNA),
            (100, WorkState.WRAP_UP, ANNA),
            (7, WorkState.COMPLETED, ANNA),
        ],
    )

    assert handle_s(story.segments) == 107


def test_open_work_is_in_a_segment_that_has_not_ended_yet() -> None:
    story = told(new_item(1, QUEUES[0], 0), [(10, WorkState.OFFERED, ANNA), (5, WorkState.ASSIGNED, ANNA)])

    running = running_segment(story.last, at(40))

    assert running is not None
    assert (running.kind, running.agent_id) == (SegmentKind.TEXT, ANNA)
    assert (running.started_at, running.ended_at) == (at(15), at(40))


def test_ended_work_is_in_no_segment() -> None:
    story = told(new_item(1, QUEUES[0], 0), [(10, WorkState.ABANDONED, ANNA)])

    assert running_segment(story.last, at(40)) is None
