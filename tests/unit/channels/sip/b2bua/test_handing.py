"""Handing a client on, by the console and by the phone."""

from dataclasses import replace

import pytest

from hub.channels.sip.refusal import Refused
from hub.channels.sip.uri import uri_of
from hub.domain.errors import Conflict
from hub.domain.ids import (
    QueueId,
)
from hub.domain.reservation import ReservationState
from hub.domain.work import WorkState
from tests.fakes.sip_legs import FakeLeg
from tests.fakes.telephone import QUEUE
from tests.unit.channels.sip.b2bua.exchange import (
    BORIS,
    BRIDGED,
    CALL,
    CONSULTING,
    FROM_TRUNK,
    JOINED,
    Exchange,
    from_phone,
)


async def test_a_blind_transfer_frees_the_agent_and_ends_the_call_when_they_answer(at: Exchange) -> None:
    caller, phone = await at.talk()
    await at.board.give(CALL, "+74951112233")
    assert phone.is_over
    assert at.said[-2:] == ["play client ringing", "sip:anna@phone.example end"]

    other = at.house.user_agent.legs[-1]
    await other.picks_up()
    await at.settle()
    assert at.said[-1] == "desk ended transferred"
    assert at.sound.bridged == {JOINED}

    await other.ends()
    await at.settle()
    assert caller.is_over
    assert at.said.count("desk ended transferred") == 1


async def test_a_blind_transfer_that_nobody_takes_brings_the_caller_back(at: Exchange) -> None:
    caller, _ = await at.talk()
    await at.board.give(CALL, "+74951112233")
    await at.house.user_agent.legs[-1].ends(486)
    await at.settle()

    assert "desk came_back transfer_failed" in at.said
    assert at.said[-1] == "play client music"
    assert not caller.is_over


async def test_an_attended_transfer_asks_first(at: Exchange) -> None:
    caller, phone = await at.talk()
    await at.board.consult(CALL, "+74951112233")
    with pytest.raises(Conflict):
        await at.board.join(CALL)
    other = at.house.user_agent.legs[-1]
    await other.picks_up()
    await at.settle()
    assert at.sound.bridged == {CONSULTING}
    assert "client" in at.sound.playing

    await at.board.join(CALL)
    assert phone.is_over
    assert not caller.is_over
    assert at.sound.bridged == {JOINED}
    assert at.said[-1] == "desk ended transferred"


async def test_who_was_asked_may_be_dropped_again(at: Exchange) -> None:
    await at.talk()
    await at.board.consult(CALL, "+74951112233")
    await at.board.take_back(CALL)

    assert at.house.user_agent.legs[-1].is_over
    assert at.sound.bridged == {BRIDGED}
    assert at.said[-1] == "desk resumed"


async def test_the_phones_own_transfer_key_tells_the_phone_what_became_of_it(at: Exchange) -> None:
    _, phone = await at.talk()
    assert phone.events is not None
    await phone.events.referred(phone, uri_of("sip:200@hub.example"), None)
    assert at.said[-1] == "sip:anna@phone.example NOTIFY 100"

    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()
    assert "sip:anna@phone.example NOTIFY 200" in at.said


async def test_a_phone_hands_a_client_to_a_line_by_its_name(at: Exchange) -> None:
    _, phone = await at.talk()
    assert phone.events is not None
    await phone.events.referred(phone, uri_of("sip:support@hub.example"), None)

    assert at.said[-2:] == ["desk moved support", "sip:anna@phone.example NOTIFY 200"]


async def test_work_that_is_taken_from_the_agent_lets_the_caller_wait(at: Exchange) -> None:
    caller, phone = await at.talk()
    await at.stepped(WorkState.QUEUED, QueueId("other"))

    assert phone.is_over
    assert not caller.is_over
    assert at.said[-1] == "play client music"
    second = await at.rings(BORIS, "r2")
    await second.picks_up()
    await at.settle()
    assert at.sound.bridged == {BRIDGED}


async def test_an_interaction_closed_at_the_console_ends_the_call(at: Exchange) -> None:
    caller, _ = await at.talk()
    await at.stepped(WorkState.WRAP_UP, reason="closed")

    assert caller.is_over


async def test_a_pass_that_ends_because_the_client_was_handed_on_leaves_the_client_waiting(
    at: Exchange,
) -> None:
    caller, phone = await at.talk()
    await at.stepped(WorkState.COMPLETED)
    assert not caller.is_over

    await at.stepped(WorkState.QUEUED)
    assert phone.is_over
    assert not caller.is_over


async def test_a_phone_joins_its_two_calls(at: Exchange) -> None:
    caller, phone = await at.talk()
    asking = await from_phone(at, "boris")
    boris = at.house.user_agent.legs[-1]
    await boris.picks_up()
    await at.settle()
    ours = asking.replaces
    named = replace(ours, to_tag=ours.from_tag, from_tag=ours.to_tag)
    assert phone.events is not None
    await phone.events.referred(phone, uri_of("sip:boris@hub.example"), named)
    await at.settle()

    assert "sip:boris@phone.example re-INVITE" in at.said
    assert "sip:anna@phone.example NOTIFY 200" in at.said
    assert phone.is_over
    assert asking.is_over
    assert not caller.is_over
    assert not boris.is_over
    assert at.house.engine.sessions[0].bridged == {JOINED}
    assert at.said[-1] in ("desk ended transferred", "anna's phone end")

    await boris.ends()
    await at.settle()
    assert caller.is_over


async def test_a_transfer_to_a_call_that_is_not_there_is_refused(at: Exchange) -> None:
    _, phone = await at.talk()
    assert phone.events is not None
    with pytest.raises(Refused) as refused:
        await phone.events.referred(phone, uri_of("sip:boris@hub.example"), phone.replaces)
    assert refused.value.status == 481


async def test_a_pbx_may_move_its_user_to_another_phone(at: Exchange) -> None:
    caller, phone = await at.talk()
    other = FakeLeg("other", at.said)
    other.events = await at.board.replacing(other, caller, FROM_TRUNK)
    await at.settle()

    assert caller.is_over
    assert not phone.is_over
    assert at.said[-2:] == ["other 200", "caller end"]


async def test_nobody_else_may(at: Exchange) -> None:
    caller, _ = await at.talk()
    with pytest.raises(Refused):
        await at.board.replacing(FakeLeg("other", at.said), caller, replace(FROM_TRUNK, trunk=""))


async def test_a_colleague_who_was_asked_takes_the_client_and_the_work(at: Exchange) -> None:
    caller, phone = await at.talk()
    await at.board.consult(CALL, "agent:boris")
    boris = at.house.user_agent.legs[-1]
    await boris.picks_up()
    await at.settle()
    await at.board.join(CALL)
    await at.settle()

    assert phone.is_over
    assert "desk handed_over boris" in at.said
    assert "desk ended transferred" not in at.said
    assert at.sound.bridged == {JOINED}

    await at.board.consult(CALL, "+74951112233")  # and may ask somebody in turn
    await at.house.user_agent.legs[-1].picks_up()
    await at.settle()
    assert at.sound.bridged == {CONSULTING}
    await at.board.take_back(CALL)
    await boris.ends()
    await at.settle()
    assert caller.is_over
    assert at.said[-1] == "desk ended agent_hung_up"


async def test_a_client_is_given_to_a_colleague_with_the_work(at: Exchange) -> None:
    await at.talk()
    await at.board.give(CALL, "agent:boris")

    assert at.said[-1] == f"desk moved {QUEUE} boris"


async def test_work_that_is_given_to_somebody_rings_their_phone(at: Exchange) -> None:
    await at.talk()
    await at.stepped(WorkState.QUEUED)
    await at.offer_ends(ReservationState.ACCEPTED, "r9")
    phone = at.house.user_agent.legs[-1]
    await phone.picks_up()
    await at.settle()

    assert "desk answered r9" in at.said
    assert at.sound.bridged == {BRIDGED}


async def test_a_step_of_somebody_else_takes_nobody_off_the_line(at: Exchange) -> None:
    _, phone = await at.talk()
    await at.stepped(WorkState.QUEUED, before=BORIS)

    assert not phone.is_over
