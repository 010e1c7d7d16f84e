"""The demo's past: each interaction as a real one would have left it."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hub.demo.floor import LANGUAGES, MEMBERS, demo_agent, demo_queues
from hub.demo.past import Past, past_interaction, when_they_came
from hub.demo.people import demo_clients, demo_organizations
from hub.domain.ids import UserId
from hub.domain.interaction import InteractionState
from hub.domain.reservation import ReservationState
from hub.domain.segment import SegmentKind
from hub.domain.touch import Delivery, Direction
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.simulator.scripts import all_scripts

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
AT = NOW - timedelta(days=3)


@pytest.fixture(scope="module")
def pasts() -> list[Past]:
    rng = random.Random(1)
    queues = demo_queues()
    members = [member for member in MEMBERS if member.levels]
    every_queue = frozenset(queue.id for queue in queues.values())
    agents = [demo_agent(member, UserId(new_id()), every_queue, NOW) for member in members]
    clients = demo_clients(rng, demo_organizations(), NOW)
    return [
        past_interaction(
            rng,
            rng.choice(clients),
            script.filled(rng),
            queues[script.topic],
            "demo",
            rng.choice(agents),
            AT,
        )
        for script in all_scripts() * 2
    ]


def served(pasts: list[Past]) -> list[Past]:
    return [past for past in pasts if past.reservation is not None]


def test_all_of_it_is_over_and_some_clients_left_before_anybody_came(pasts) -> None:
    assert {past.interaction.state for past in pasts} == {InteractionState.CLOSED}
    assert {past.item.state for past in pasts} == {WorkState.COMPLETED, WorkState.ABANDONED}
    assert all(past.session.ended_at == past.interaction.closed_at for past in pasts)


def test_touches_and_facts_of_an_interaction_share_one_line_of_numbers(pasts) -> None:
    for past in pasts:
        numbers = sorted([new.touch.seq for new in past.touches] + [fact.seq for fact in past.facts])
        assert numbers == list(range(1, past.interaction.last_seq + 1))


def test_time_goes_on_with_the_numbers(pasts) -> None:
    for past in pasts:
        moments = {new.touch.seq: new.touch.at for new in past.touches}
        moments |= {fact.seq: fact.at for fact in past.facts}
        in_order = [moments[seq] for seq in sorted(moments)]
        assert in_order == sorted(in_order)


def test_segments_follow_each_other_without_a_gap_from_the_queue_to_the_end(pasts) -> None:
    for past in pasts:
        edges = [(segment.started_at, segment.ended_at) for segment in past.segments]
        assert edges[0][0] == past.item.first_queued_at
        assert all(before[1] == after[0] for before, after in pairwise(edges))
        assert edges[-1][1] == past.item.ended_at


def test_what_was_served_has_every_stage_and_one_accepted_reservation(pasts) -> None:
    kinds = [SegmentKind.QUEUE, SegmentKind.ALERT, SegmentKind.TEXT, SegmentKind.WRAP_UP]
    for past in served(pasts):
        assert past.reservation is not None
        assert [segment.kind for segment in past.segments] == kinds
        assert past.reservation.state is ReservationState.ACCEPTED
        assert past.reservation.ended_at == past.item.ended_at
        assert past.item.answered_at == past.reservation.answered_at
        assert past.interaction.disposition is not None


def test_who_left_wrote_but_was_never_answered(pasts) -> None:
    left = [past for past in pasts if past.item.state is WorkState.ABANDONED]

    assert left
    for past in left:
        assert [new.touch.direction for new in past.touches] == [Direction.INBOUND]
        assert past.interaction.disposition is None


def test_every_answer_arrived_so_that_nothing_is_sent_again(pasts) -> None:
    answers = [n.touch for p in pasts for n in p.touches if n.touch.direction is Direction.OUTBOUND]

    assert {touch.delivery for touch in answers} == {Delivery.DELIVERED}
    assert all(touch.author_id for touch in answers)


def test_they_came_on_earlier_days_in_working_hours_and_some_of_them_today() -> None:
    moments = when_they_came(random.Random(1), NOW, earlier=50, today=10)

    assert len(moments) == 60
    assert moments == sorted(moments)
    assert sum(moment.date() == NOW.date() for moment in moments) == 10
    assert all(9 <= moment.hour <= 18 for moment in moments if moment.date() != NOW.date())
    assert max(moments) <= NOW - timedelta(minutes=15)


def test_just_after_midnight_those_of_today_came_in_the_evening_before() -> None:
    midnight = NOW.replace(hour=0, minute=10)
    moments = when_they_came(random.Random(1), midnight, earlier=50, today=10)

    assert len(moments) == 60
    assert sum(moment > midnight - timedelta(hours=6) for moment in moments) >= 10
    assert max(moments) <= midnight - timedelta(minutes=15)


def test_every_agent_may_take_every_language_of_the_queues() -> None:
    queues = demo_queues().values()
    for member in MEMBERS:
        if not member.levels:
            continue
        agent = demo_agent(member, UserId("u"), frozenset(), NOW)
        assert all(4 <= level <= 9 for level in member.levels)
        for queue in queues:
            assert queue.languages == LANGUAGES
            assert all(agent.skills[f"lang:{tag}"] >= queue.language_level for tag in queue.languages)
