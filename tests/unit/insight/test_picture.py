"""The live floor: what one of us began is work in hand, and no pass that anybody waited in."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.domain.agent import Agent, AgentState, Wish
from hub.domain.call import Call, CallStage
from hub.domain.ids import DEFAULT_TENANT, CallId, InteractionId, PersonId
from hub.domain.queue import Queue
from hub.domain.touch import Direction
from hub.domain.work import WorkItem, WorkState
from hub.insight.picture import Picture
from hub.ports.insight import Floor
from tests.unit.insight.stories import AGENTS, QUEUES, at, new_item

SALES = Queue(id=QUEUES[0], tenant_id=DEFAULT_TENANT, name="Sales")
ANNA = Agent(
    id=AGENTS[0],
    tenant_id=DEFAULT_TENANT,
    name="Anna",
    queues=frozenset({SALES.id}),
    wish=Wish.AVAILABLE,
    wish_since=at(0),
    presence_until=at(1000),
    idle_since=at(0),
)


def in_hand(direction: Direction) -> WorkItem:
    waiting = replace(new_item(1, SALES.id, 10), direction=direction)
    asked = waiting.stepped(WorkState.OFFERED, at(10), agent_id=ANNA.id)
    return asked.stepped(WorkState.ASSIGNED, at(10), agent_id=ANNA.id, weight=20)


@pytest.mark.parametrize(("direction", "counted"), [(Direction.INBOUND, 1), (Direction.OUTBOUND, 0)])
def test_only_what_a_client_began_is_offered_answered_and_handled(direction: Direction, counted: int) -> None:
    floor = Floor(queues=(SALES,), agents=(ANNA,), items=())
    picture = Picture(floor, at(0))
    picture.begin(floor, at(10))
    item = in_hand(direction)
    picture.put_item(item)
    picture.refreshed(at(10), lambda *_: None)
    assert picture.agents[ANNA.id].state is AgentState.ENGAGED
    assert picture.agents[ANNA.id].load == 20
    done = item.stepped(WorkState.COMPLETED, at(10) + timedelta(seconds=30))
    picture.put_item(done)
    picture.refreshed(at(60), lambda *_: None)
    row = picture.queues[SALES.id]
    assert (row.offered, row.answered, row.waiting) == (counted, counted, 0)
    assert row.aht_s == (30.0 if counted else None)
    assert picture.agents[ANNA.id].state is AgentState.AVAILABLE


def test_an_end_that_is_told_again_in_the_next_quarter_of_an_hour_counts_once() -> None:
    floor = Floor(queues=(SALES,), agents=(ANNA,), items=())
    picture = Picture(floor, at(0))
    picture.begin(floor, at(0))
    picture.refreshed(at(0), lambda *_: None)
    item = in_hand(Direction.INBOUND)
    done = item.stepped(WorkState.COMPLETED, at(10) + timedelta(seconds=30))
    for told in (item, done):
        picture.put_item(told)
    picture.refreshed(at(10) + timedelta(minutes=16), lambda *_: None)
    for told in (done, item):
        picture.put_item(told)
    picture.refreshed(at(10) + timedelta(minutes=16, seconds=1), lambda *_: None)
    row = picture.queues[SALES.id]
    assert (row.offered, row.answered, row.waiting) == (1, 1, 0)


def test_who_telephones_is_seen_since_when_until_the_call_is_theirs_no_more() -> None:
    call = Call(
        id=CallId("call"),
        tenant_id=DEFAULT_TENANT,
        interaction_id=InteractionId("interaction"),
        person_id=PersonId("person"),
        queue_id=SALES.id,
        direction=Direction.INBOUND,
        account="sip",
        thread="thread",
        number="",
        dialled="",
        stage=CallStage.RINGING,
        started_at=at(1),
        heard_at=at(1),
        node="node",
        agent_id=ANNA.id,
    )
    floor = Floor(queues=(SALES,), agents=(ANNA,), items=(), calls=(call,))
    picture = Picture(floor, at(0))
    picture.begin(floor, at(1))

    def seen(told: Call | None) -> tuple[str, datetime | None]:
        if told is not None:
            picture.put_call(told)
        picture.refreshed(at(10), lambda *_: None)
        return picture.agents[ANNA.id].call, picture.agents[ANNA.id].call_since

    talks = replace(call, stage=CallStage.TALKING, answered_at=at(2), version=2)
    held = replace(talks, held_since=at(3), version=3)
    assert seen(None) == ("ringing", at(1))
    assert seen(talks) == ("talking", at(2))
    assert seen(held) == ("held", at(3))
    assert seen(talks) == ("held", at(3))
    assert seen(replace(talks, version=4)) == ("talking", at(2))
    assert seen(replace(talks, agent_id=AGENTS[1], version=5)) == ("", None)
    assert seen(replace(talks, version=6)) == ("talking", at(2))
    assert seen(replace(talks, stage=CallStage.ENDED, ended_at=at(9), version=7)) == ("", None)
