"""Calls from the INVITE to the end."""

import asyncio

import pytest

from hub.channels.sip.b2bua import switchboard
from hub.channels.sip.b2bua.switchboard import Switchboard
from hub.channels.sip.refusal import Refused
from hub.domain.agent import Media
from hub.domain.call import AgentPhone, PhoneKind, RecordingState
from hub.domain.errors import Conflict, NotFound, Unavailable
from hub.domain.ids import (
    CallId,
    ReservationId,
)
from hub.domain.reservation import ReservationState
from hub.ports.media import Keys, Silent
from tests.fakes.sip_legs import FakeLeg, invite
from tests.fakes.telephone import House
from tests.unit.channels.sip.b2bua.exchange import (
    ANNA,
    BORIS,
    BRIDGED,
    CALL,
    FROM_TRUNK,
    Exchange,
)


async def test_a_call_is_durable_before_anything_above_100_is_said(at: Exchange) -> None:
    await at.call()

    assert at.said == ["desk began +79161234567 sales", "caller 182"]
    assert at.house.inbox.touches[0].media is Media.VOICE


async def test_a_call_that_cannot_be_kept_is_refused_for_now(at: Exchange) -> None:
    at.house.inbox.fails = 1
    await at.call()

    assert at.said == ["caller 503 Retry-After:5"]
    assert at.board.active == 0


async def test_a_number_that_leads_nowhere_is_refused(at: Exchange) -> None:
    with pytest.raises(Refused) as refused:
        await at.board.called(FakeLeg("caller", at.said, invite=invite("nobody")), FROM_TRUNK)
    assert refused.value.status == 404


async def test_the_phone_rings_after_the_card_and_not_before(at: Exchange) -> None:
    await at.call()
    event = at.offer()
    await at.board.heard([event])
    await at.settle()
    assert not at.house.user_agent.legs

    at.board.card_shown(event.reservation.id, event.item.interaction_id)
    await at.settle()
    assert at.said[-3:] == ["sip:anna@phone.example INVITE", "desk ringing anna", "caller 180"]


async def test_the_phone_is_told_which_call_it_is_and_how_far_it_came(at: Exchange) -> None:
    await at.call(max_forwards="20")
    phone = await at.rings()

    assert ("X-Touchline-Call", CALL) in phone.fields
    assert phone.max_forwards == 19


async def test_a_card_that_nobody_tells_of_delays_the_phone_by_a_second(
    at: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.channels.sip.b2bua.switchboard.CARD_WITHIN_S", 0.01)
    await at.call()
    await at.board.heard([at.offer()])
    await asyncio.sleep(0.05)

    assert at.house.user_agent.legs


async def test_an_offer_that_comes_before_the_call_was_written_is_not_lost(at: Exchange) -> None:
    event = at.offer()
    await at.board.heard([event])
    at.board.card_shown(event.reservation.id, event.item.interaction_id)
    await at.call()

    assert at.house.user_agent.legs


async def test_who_picks_up_talks_to_the_caller(at: Exchange) -> None:
    await at.talk()

    assert at.said[-2:] == ["desk answered r1", "caller 200"]
    assert at.sound.bridged == {BRIDGED}
    assert "client" not in at.sound.playing


async def test_a_busy_phone_sends_the_caller_to_the_next_agent(at: Exchange) -> None:
    await at.call()
    phone = await at.rings()
    await phone.ends(486)
    await at.settle()
    assert at.said[-1] == "desk not_answered r1 busy"

    second = await at.rings(BORIS, "r2")
    await second.picks_up()
    await at.settle()
    assert "desk answered r2" in at.said


async def test_an_agent_who_is_reached_by_a_number_is_called_by_a_trunk(at: Exchange) -> None:
    phone = AgentPhone(agent_id=ANNA, kind=PhoneKind.URI, uri="+74951112233")
    at.house.desk.phones[ANNA] = phone
    at.house.world.absent.add(ANNA)
    caller = await at.call()
    leg = await at.rings()
    assert leg.name == "sip:+74951112233@trunk.example"
    assert at.house.world.out == {"call/agent"}

    await leg.ends(486)
    await at.settle()
    assert not at.house.world.out
    assert not caller.is_over


async def test_an_agent_without_a_phone_is_passed_over(at: Exchange) -> None:
    at.house.world.absent.add(ANNA)
    await at.call()
    event = at.offer()
    await at.board.heard([event])
    at.board.card_shown(event.reservation.id, event.item.interaction_id)
    await at.settle()

    assert at.said[-1] == "desk not_answered r1 unreachable"


async def test_a_caller_who_hangs_up_silences_the_phone_first(at: Exchange) -> None:
    caller = await at.call()
    await at.rings()
    await caller.ends()
    await at.settle()

    assert at.said[-2:] == ["sip:anna@phone.example end", "desk ended client_left"]


async def test_no_phone_rings_for_a_caller_who_has_gone(at: Exchange) -> None:
    caller = await at.call()
    await caller.ends()
    await at.settle()
    event = at.offer()
    await at.board.heard([event])
    at.board.card_shown(event.reservation.id, event.item.interaction_id)
    await at.settle()

    assert not at.house.user_agent.legs


async def test_an_offer_that_ended_in_the_same_moment_hangs_up_the_phone_and_not_the_caller(
    at: Exchange,
) -> None:
    caller = await at.call()
    phone = await at.rings()
    at.house.desk.over.add(ReservationId("r1"))
    await phone.picks_up()
    await at.settle()

    assert phone.is_over
    assert not caller.is_over


async def test_people_talk_on_while_the_store_is_away(at: Exchange) -> None:
    caller, phone = await at.talk()
    at.house.desk.down = 1
    with pytest.raises(Unavailable):
        await at.board.hold(CALL, held=True)
    await at.media(Keys(leg="agent", key="5"))

    assert not caller.is_over
    assert not phone.is_over


async def test_a_declined_or_expired_offer_stops_the_phone(at: Exchange) -> None:
    await at.call()
    phone = await at.rings()
    await at.offer_ends(ReservationState.EXPIRED)

    assert phone.is_over
    assert "desk not_answered r1 declined" not in at.said


async def test_accepted_at_the_console_the_phone_rings_on_and_its_refusal_brings_the_caller_back(
    at: Exchange,
) -> None:
    await at.call()
    phone = await at.rings()
    await at.offer_ends(ReservationState.ACCEPTED)
    assert not phone.is_over

    await phone.ends(408)
    await at.settle()
    assert at.said[-1] == "desk came_back unreachable"


async def test_either_side_ends_the_call_for_both(at: Exchange) -> None:
    caller, phone = await at.talk()
    await phone.ends()
    await at.settle()

    assert caller.is_over
    assert at.said[-1] == "desk ended agent_hung_up"


async def test_the_client_hangs_up(at: Exchange) -> None:
    caller, phone = await at.talk()
    await caller.ends()
    await at.settle()

    assert phone.is_over
    assert at.said[-1] == "desk ended client_hung_up"


async def test_the_end_is_told_until_it_is_taken(at: Exchange) -> None:
    caller, _ = await at.talk()
    at.house.desk.down = 1
    await caller.ends()
    await asyncio.sleep(0.4)

    assert at.said[-1] == "desk ended client_hung_up"


async def test_a_caller_on_hold_hears_music(at: Exchange) -> None:
    await at.talk()
    await at.board.hold(CALL, held=True)
    assert at.said[-2:] == ["play client music", "desk held"]
    assert not at.sound.bridged

    await at.board.hold(CALL, held=False)
    assert at.said[-1] == "desk resumed"
    assert at.sound.bridged == {BRIDGED}
    assert "client" not in at.sound.playing


async def test_the_phones_own_hold_is_a_hold(at: Exchange) -> None:
    _, phone = await at.talk()
    held = phone.invite.body + b"a=sendonly\r\n"
    assert phone.events is not None
    await phone.events.reoffered(phone, held)

    assert at.said[-1] == "desk held"


async def test_keys_of_the_agent_reach_the_other_side(at: Exchange) -> None:
    await at.talk()
    await at.media(Keys(leg="agent", key="5"))
    await at.board.press(CALL, "12")

    assert at.said[-2:] == ["press client 5", "press client 12"]


async def test_silence_on_a_call_ends_it(at: Exchange) -> None:
    await at.talk()
    await at.media(Silent(leg="client", for_s=30.0))
    assert at.board.active == 1

    await at.media(Silent(leg="client", for_s=90.0))
    assert at.said[-1] == "desk ended media_lost"


async def test_a_call_nobody_carries_is_not_there(at: Exchange) -> None:
    with pytest.raises(NotFound):
        await at.board.hold(CallId("other"), held=True)


async def test_a_hub_that_stops_ends_its_calls(house: House) -> None:
    board = Switchboard(house.surroundings())
    async with board.running():
        at = Exchange(house, board)
        caller, _ = await at.talk()
    assert caller.is_over
    assert house.said[-1] == "desk ended hub_lost"


async def test_recording_where_the_house_does_not_record_is_refused(at: Exchange) -> None:
    await at.talk()
    with pytest.raises(Conflict):
        await at.board.record(CALL, RecordingState.ON)


async def test_the_end_of_the_hub_waits_for_no_store_that_is_away(
    at: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard, "_DRAIN_S", 0.2)
    caller = await at.call()
    at.house.desk.down = 1_000
    async with asyncio.timeout(2):
        await at.board.drain()
        while at.board.active:
            await asyncio.sleep(0.01)

    assert caller.is_over
