"""Hold, and what is recorded, across agents: each begins with a client who is not on hold."""

from typing import Any

import pytest

from hub.domain.call import RecordingState
from hub.domain.ids import QueueId
from hub.domain.queue import RecordRule
from hub.domain.work import WorkState
from tests.unit.channels.sip.b2bua.exchange import BORIS, BRIDGED, CALL, Exchange, a_queue


@pytest.fixture
def recorded(at: Exchange) -> Exchange:
    at.house.queue = a_queue(record=RecordRule.ALWAYS)
    return at


async def given_while_held(at: Exchange) -> None:
    """Anna holds a client and gives them to another line, where Boris takes them."""
    await at.talk()
    await at.board.hold(CALL, held=True)
    await at.board.give(CALL, "queue:support")
    await at.stepped(WorkState.QUEUED, QueueId("support"))
    second = await at.rings(BORIS, "r2")
    await second.picks_up()
    await at.settle()


async def test_the_next_agent_can_hold_who_was_given_to_them_while_held(at: Exchange) -> None:
    await given_while_held(at)
    assert at.sound.bridged == {BRIDGED}
    before = at.said.count("desk held")
    await at.board.hold(CALL, held=True)

    assert at.sound.bridged == set()
    assert "client" in at.sound.playing
    assert at.said.count("desk held") == before + 1


async def test_what_the_next_agent_says_is_recorded(recorded: Exchange) -> None:
    await given_while_held(recorded)
    tape = recorded.house.vault.tapes[-1]

    assert len(recorded.house.vault.tapes) == 2
    assert recorded.sound.sink is tape
    assert not recorded.sound.paused
    assert not tape.paused


async def test_who_is_held_and_handed_to_nobody_can_be_held_again(recorded: Exchange) -> None:
    await recorded.talk()
    await recorded.board.hold(CALL, held=True)
    await recorded.board.give(CALL, "+74951112233")
    await recorded.house.user_agent.legs[-1].ends(486)
    await recorded.settle()
    assert "tape1 done" in recorded.said  # nobody of ours is on the line: music is not recorded
    assert f"desk recording {RecordingState.OFF}" in recorded.said

    second = await recorded.rings(BORIS, "r2")
    await second.picks_up()
    await recorded.settle()
    assert recorded.sound.sink is recorded.house.vault.tapes[-1]
    assert not recorded.sound.paused
    await recorded.board.hold(CALL, held=True)
    assert recorded.sound.bridged == set()


async def test_a_colleague_who_took_over_gives_to_one_who_asks_somebody(at: Exchange) -> None:
    """A colleague's leg keeps its name in the sound: nobody who is asked later may take it over."""
    await at.talk()
    await at.board.consult(CALL, "agent:boris")
    boris = at.house.user_agent.legs[-1]
    await boris.picks_up()
    await at.settle()
    await at.board.join(CALL)
    await at.stepped(WorkState.QUEUED, before=BORIS)
    third = await at.rings(name="r3")
    await third.picks_up()
    await at.settle()
    await at.board.consult(CALL, "+74951112233")
    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()

    assert at.sound.bridged == {frozenset({"agent", "third"})}
    assert at.sound.legs == {"client", "agent", "third"}


@pytest.mark.parametrize("doing", ["hold", "hang_up", "client"])
async def test_no_step_of_a_call_waits_for_the_disk(recorded: Exchange, doing: str) -> None:
    recorded.house.vault.hangs = True
    caller, phone = await recorded.talk()
    live: Any = recorded.board
    await live.record(CALL, RecordingState.OFF)
    assert "tape1 done" in recorded.said
    match doing:
        case "hold":
            await live.hold(CALL, held=True)
            assert recorded.said[-1] == "desk held"
        case "hang_up":
            await live.hang_up(CALL)
            assert caller.is_over
        case _:
            await caller.ends()
            await recorded.settle()
            assert phone.is_over
