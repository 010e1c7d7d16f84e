"""What a phone's own keys do with a client: REFER, with and without Replaces, at awkward moments."""

import asyncio
from dataclasses import replace

import pytest

from hub.channels.sip.refusal import Refused
from hub.channels.sip.uri import uri_of
from hub.domain.errors import Conflict
from hub.domain.work import WorkState
from tests.fakes.sip_legs import FakeLeg
from tests.unit.channels.sip.b2bua.exchange import (
    BRIDGED,
    CALL,
    CONSULTING,
    JOINED,
    Exchange,
    from_phone,
)

OUTSIDE = uri_of("sip:+74951112233@hub.example")
PHONE = "sip:anna@phone.example"


async def refers(phone: FakeLeg, *, joining: FakeLeg | None = None, to: str = "") -> None:
    """The phone hands its client on; `joining` is its leg of the other call."""
    named = None
    if joining is not None:
        ours = joining.replaces
        named = replace(ours, to_tag=ours.from_tag, from_tag=ours.to_tag)
    assert phone.events is not None
    await phone.events.referred(phone, uri_of(to) if to else OUTSIDE, named)


async def asks_boris(at: Exchange) -> tuple[FakeLeg, FakeLeg]:
    """Anna's phone has a second call: hers, and the one to Boris, who talks to her."""
    asking = await from_phone(at, "boris")
    boris = at.house.user_agent.legs[-1]
    await boris.picks_up()
    await at.settle()
    return asking, boris


async def test_a_second_refer_is_refused_and_the_first_one_goes_on(at: Exchange) -> None:
    _, phone = await at.talk()
    await refers(phone)
    other = at.house.user_agent.legs[-1]
    with pytest.raises(Refused) as refused:
        await refers(phone)
    assert refused.value.status == 491

    await other.ends(486)
    await at.settle()
    assert f"{PHONE} NOTIFY 486" in at.said
    assert at.sound.bridged == {BRIDGED}
    assert "client" not in at.sound.playing


async def test_a_transfer_that_is_taken_back_leaves_both_talking_and_is_forgotten(at: Exchange) -> None:
    _, phone = await at.talk()
    await refers(phone)
    await at.board.take_back(CALL)
    assert f"{PHONE} NOTIFY 487" in at.said
    assert at.sound.bridged == {BRIDGED}
    assert "client" not in at.sound.playing

    await at.board.consult(CALL, "agent:boris")
    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()
    assert not phone.is_over
    assert at.sound.bridged == {CONSULTING}


async def test_a_phone_may_hang_up_as_soon_as_its_refer_was_taken(at: Exchange) -> None:
    caller, phone = await at.talk()
    await refers(phone)
    await phone.ends()
    await at.settle()
    assert not caller.is_over
    assert "client" in at.sound.playing

    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()
    assert not caller.is_over
    assert at.sound.bridged == {JOINED}
    assert at.said[-1] == "desk ended transferred"


async def test_whom_nobody_took_after_their_phone_hung_up_waits_again(at: Exchange) -> None:
    caller, phone = await at.talk()
    await refers(phone)
    await phone.ends()
    await at.house.user_agent.legs[-1].ends(486)
    await at.settle()

    assert not caller.is_over
    assert "desk came_back transfer_failed" in at.said
    assert at.said[-1] == "play client music"


async def test_a_phone_that_hangs_up_while_the_house_moves_its_client_does_not_cut_them_off(
    at: Exchange,
) -> None:
    caller, phone = await at.talk()
    await refers(phone, to="sip:support@hub.example")
    await phone.ends()
    await at.settle()
    assert not caller.is_over

    await at.stepped(WorkState.QUEUED)
    assert not caller.is_over
    assert at.said[-1] == "play client music"


async def test_nobody_can_say_the_words_of_the_house(at: Exchange) -> None:
    _, phone = await at.talk()
    for user in ("agent%3Aboris", "queue%3Asupport"):
        with pytest.raises(Refused) as refused:
            await refers(phone, to=f"sip:{user}@hub.example")
        assert refused.value.status == 403
    assert not [line for line in at.said if line.startswith("desk moved")]
    assert at.sound.bridged == {BRIDGED}


async def test_who_consults_by_the_console_does_not_join_by_the_phone(at: Exchange) -> None:
    _, phone = await at.talk()
    asking, boris = await asks_boris(at)
    await at.board.consult(CALL, "+74951112233")
    outside = at.house.user_agent.legs[-1]
    await outside.picks_up()
    await at.settle()
    with pytest.raises(Refused):
        await refers(phone, joining=asking)

    assert f"{outside.name} end" not in at.said
    assert not boris.is_over
    await at.board.hang_up(CALL)
    assert outside.is_over
    await asking.ends()
    await at.settle()


async def test_one_who_answers_late_still_comes_over_and_all_talk_until_then(at: Exchange) -> None:
    caller, phone = await at.talk()
    asking, boris = await asks_boris(at)
    boris.slow = asyncio.Event()
    await refers(phone, joining=asking)
    await at.settle()
    assert at.house.engine.sessions[0].bridged == {BRIDGED}
    await at.board.hold(CALL, held=True)  # the call is not deaf meanwhile
    with pytest.raises(Conflict):
        await at.board.consult(CALL, "+74951112233")

    boris.slow.set()
    await at.settle()
    assert f"{PHONE} NOTIFY 200" in at.said
    assert phone.is_over
    assert asking.is_over
    assert not caller.is_over
    assert not boris.is_over
    assert at.house.engine.sessions[0].bridged == {JOINED}
    await caller.ends()
    await at.settle()
    assert boris.is_over


async def test_one_who_answers_when_the_client_has_gone_goes_on_with_who_asked_them(at: Exchange) -> None:
    caller, phone = await at.talk()
    asking, boris = await asks_boris(at)
    boris.slow = asyncio.Event()
    await refers(phone, joining=asking)
    await at.settle()
    await caller.ends()
    await at.settle()
    boris.slow.set()
    await at.settle()

    assert at.said.count("sip:boris@phone.example re-INVITE") == 2
    assert not boris.is_over
    assert not asking.is_over
    await asking.ends()
    await at.settle()
    assert boris.is_over


async def test_one_who_does_not_come_leaves_the_agent_with_the_client(at: Exchange) -> None:
    _, phone = await at.talk()
    asking, boris = await asks_boris(at)
    boris.slow = asyncio.Event()
    await refers(phone, joining=asking)
    await at.settle()
    await boris.ends()
    boris.slow.set()
    await at.settle()

    assert f"{PHONE} NOTIFY 480" in at.said
    assert not phone.is_over
    assert at.house.engine.sessions[0].bridged == {BRIDGED}
    await at.stepped(WorkState.QUEUED)
    assert phone.is_over
