"""Calls of ours, and calls between phones of the house."""

import pytest

from hub.domain.call import AgentPhone
from hub.domain.errors import Conflict
from hub.domain.work import WorkState
from tests.fakes.telephone import a_call
from tests.unit.channels.sip.b2bua.exchange import (
    ANNA,
    BRIDGED,
    CONSULTING,
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
