"""When few ports are left: who waits leaves some for agents, and nobody is blamed."""

import asyncio

import pytest

from hub.channels.sip.b2bua import offering, waiting
from hub.channels.sip.b2bua.surroundings import Choice, Menu
from hub.domain.ids import QueueId
from hub.domain.reservation import ReservationState
from tests.unit.channels.sip.b2bua.exchange import BRIDGED, Exchange, a_queue


@pytest.fixture
def crowded(at: Exchange, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    """Four legs can be carried, and three of them are others'."""
    monkeypatch.setattr(waiting, "ROOM_AGAIN_S", 0.01)
    monkeypatch.setattr(offering, "ROOM_AGAIN_S", 0.01)
    at.house.queue = a_queue(answer_with_music=True)
    at.house.engine.most_legs = 4
    at.house.engine.others = 3
    return at


async def passes(at: Exchange) -> None:
    await asyncio.sleep(0.05)
    await at.settle()


async def test_who_waits_is_not_answered_with_the_ports_of_agents(crowded: Exchange) -> None:
    caller = await crowded.call()
    await passes(crowded)
    assert crowded.said.count("caller 182") == 1
    assert "caller 200" not in crowded.said
    assert not caller.is_over

    crowded.house.engine.others = 0
    await passes(crowded)
    assert "caller 200" in crowded.said
    assert crowded.said[-1].startswith("play client greeting")


async def test_one_who_rings_is_served_with_what_was_kept(crowded: Exchange) -> None:
    await crowded.call()
    crowded.house.engine.others = 2
    phone = await crowded.rings()
    await phone.picks_up()
    await crowded.settle()

    assert "caller 200" in crowded.said
    assert crowded.sound.bridged == {BRIDGED}


async def test_want_of_ports_is_held_against_no_agent_and_tried_again(crowded: Exchange) -> None:
    caller = await crowded.call()
    await crowded.board.heard([crowded.offer()])
    crowded.board.card_shown(crowded.offer().reservation.id, crowded.offer().item.interaction_id)
    await passes(crowded)
    assert not [line for line in crowded.said if "not_answered" in line]
    assert not crowded.house.user_agent.legs  # one port is no call: it needs two
    assert crowded.house.engine.legs == 3

    crowded.house.engine.others = 2
    await passes(crowded)
    assert len(crowded.house.user_agent.legs) == 1
    assert not caller.is_over


async def test_who_was_not_answered_keeps_no_ports_when_nobody_is_asked_any_more(crowded: Exchange) -> None:
    crowded.house.queue = a_queue(answer_with_music=False)
    crowded.house.engine.others = 2
    await crowded.call()
    await crowded.rings()
    assert crowded.house.engine.legs == 4
    await crowded.offer_ends(ReservationState.EXPIRED)

    assert crowded.house.engine.legs == 2


async def test_an_offer_without_ports_until_its_end_is_withdrawn(
    crowded: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offering, "ROOM_AGAIN_S", 30.0)
    await crowded.call()
    await crowded.board.heard([crowded.offer()])
    crowded.board.card_shown(crowded.offer().reservation.id, crowded.offer().item.interaction_id)
    await crowded.settle()

    assert crowded.said[-1] == "desk not_answered r1 no_room"


async def test_a_menu_without_ports_is_refused_as_busy_not_as_incompatible(crowded: Exchange) -> None:
    crowded.house.world.menu = Menu(name="main", choices={"2": Choice(queue_id=QueueId("support"))})
    await crowded.call()

    assert "caller 503" in crowded.said
