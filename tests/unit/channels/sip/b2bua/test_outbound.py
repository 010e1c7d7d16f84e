"""Calls of ours, and calls between phones of the house."""

import asyncio
from typing import Any

import pytest

from hub.domain.call import AgentPhone, Call
from hub.domain.errors import Conflict
from hub.domain.ids import QueueId
from hub.domain.work import WorkState
from tests.fakes.sip_legs import FakeLeg
from tests.fakes.telephone import a_call
from tests.unit.channels.sip.b2bua.exchange import (
    ANNA,
    BORIS,
    BRIDGED,
    CALL,
    CONSULTING,
    JOINED,
    Exchange,
    dialled,
    from_phone,
)


async def test_our_own_phone_rings_first(at: Exchange) -> None:
    _, client = await dialled(at)
    assert client.name == "sip:+79161234567@trunk.example"
    assert at.said[-1] == "sip:+79161234567@trunk.example INVITE"

    await client.picks_up()
    await at.settle()
    assert at.said[-1] == "desk client_answered"
    assert at.sound.bridged == {BRIDGED}


async def test_without_a_phone_nobody_is_called(at: Exchange) -> None:
    at.house.world.absent.add(ANNA)
    with pytest.raises(Conflict) as refused:
        await at.board.dial(a_call(at.house.clock), AgentPhone(agent_id=ANNA))
    assert refused.value.stable_code == "phone_not_ready"
    await at.settle()
    assert at.said[-1] == "desk ended failed"


async def test_a_busy_client_ends_the_call(at: Exchange) -> None:
    phone, client = await dialled(at)
    await client.ends(486)
    await at.settle()

    assert phone.is_over
    assert at.said[-1] == "desk ended busy"


async def test_a_number_dialled_on_a_phone_is_a_call_of_ours(at: Exchange) -> None:
    await from_phone(at, "+74951112233")
    assert at.said[-4:] == [
        "desk dialled anna +74951112233",
        "anna's phone 200",
        "play agent ringing",
        "sip:+74951112233@trunk.example INVITE",
    ]
    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()
    assert at.sound.bridged == {BRIDGED}


async def test_colleagues_talk_without_a_history(at: Exchange) -> None:
    phone = await from_phone(at, "boris")
    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()

    assert at.said[-3:] == ["sip:boris@phone.example INVITE", "anna's phone 180", "anna's phone 200"]
    assert at.sound.bridged == {CONSULTING}
    await phone.ends()
    await at.settle()
    assert at.house.user_agent.legs[-1].is_over


async def test_a_colleague_who_is_busy_is_told_to_the_phone(at: Exchange) -> None:
    await from_phone(at, "boris")
    await at.house.user_agent.legs[-1].ends(486)
    await at.settle()

    assert at.said[-1] == "anna's phone 486"


async def test_work_that_is_taken_while_the_client_is_rung_ends_the_call(at: Exchange) -> None:
    phone, client = await dialled(at)
    await at.stepped(WorkState.QUEUED)

    assert phone.is_over
    assert client.is_over
    assert at.said[-1] == "desk ended agent_hung_up"


async def talk_outside(at: Exchange) -> tuple[FakeLeg, FakeLeg]:
    """Anna has called a client, who has answered."""
    phone, client = await dialled(at)
    await client.picks_up()
    await at.settle()
    return phone, client


async def test_a_client_we_called_is_given_to_a_line_and_the_next_agent_has_them(at: Exchange) -> None:
    phone, client = await talk_outside(at)
    await at.board.give(CALL, "queue:support")
    await at.stepped(WorkState.QUEUED, QueueId("support"))
    assert phone.is_over
    await phone.ends()
    await at.settle()
    assert not client.is_over
    assert at.said[-1] == "play client music"

    second = await at.rings(BORIS, "r2")
    await second.picks_up()
    await at.settle()
    assert "desk answered r2" in at.said
    assert not second.is_over
    assert at.sound.bridged == {BRIDGED}


async def test_a_client_we_called_is_joined_with_who_was_asked(at: Exchange) -> None:
    phone, client = await talk_outside(at)
    await at.board.consult(CALL, "+74951112233")
    other = at.house.user_agent.legs[-1]
    await other.picks_up()
    await at.settle()
    await at.board.join(CALL)
    assert phone.is_over
    await phone.ends()
    await at.settle()

    assert not client.is_over
    assert not other.is_over
    assert at.sound.bridged == {JOINED}
    assert at.house.world.out == {CALL, f"{CALL}/third"}  # both are called by trunks, and count


async def test_a_phone_of_ours_that_is_not_picked_up_calls_nobody(at: Exchange) -> None:
    await at.board.dial(a_call(at.house.clock), AgentPhone(agent_id=ANNA))
    await at.house.user_agent.legs[-1].ends(486)
    await at.settle()

    assert len(at.house.user_agent.legs) == 1
    assert at.said[-1] == "desk ended failed"


async def test_a_call_that_is_being_written_when_the_hub_ends_is_ended_with_the_others(at: Exchange) -> None:
    written = asyncio.Event()
    dialled_on = at.house.desk.dialled

    async def slowly(*of: Any) -> Call:
        await written.wait()
        return await dialled_on(*of)

    at.house.desk.dialled = slowly  # type: ignore[assignment,method-assign]
    phone = await from_phone(at, "+74951112233")
    assert at.board.active == 1
    drained = asyncio.ensure_future(at.board.drain())
    await at.settle()
    assert not drained.done()
    written.set()
    async with asyncio.timeout(2):
        await drained

    assert phone.is_over
    assert "desk ended hub_lost" in at.said


async def test_colleagues_who_talk_are_hung_up_when_the_hub_ends(at: Exchange) -> None:
    phone = await from_phone(at, "boris")
    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()
    await at.board.drain()
    await at.settle()

    assert phone.is_over
    assert at.house.user_agent.legs[-1].is_over
