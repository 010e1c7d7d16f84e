"""What a caller hears and may press while nobody talks to them."""

import asyncio

from hub.channels.sip.b2bua.surroundings import Choice, Menu
from hub.domain.ids import (
    QueueId,
)
from hub.ports.media import Keys, Played
from tests.fakes.telephone import QUEUE
from tests.unit.channels.sip.b2bua.exchange import (
    Exchange,
    a_queue,
)


async def test_a_queue_that_answers_greets_and_says_place_and_wait(at: Exchange) -> None:
    at.house.queue = a_queue(answer_with_music=True)
    at.house.desk.in_place = 3
    await at.call()

    assert at.said[-2:] == ["caller 200", "play client greeting recorded place3 wait3 callback_offer"]
    await at.media(Played(leg="client"))
    assert at.said[-1] == "play client music"


async def test_one_asks_for_a_call_back_and_ends_the_call(at: Exchange) -> None:
    at.house.queue = a_queue(answer_with_music=True)
    caller = await at.call()
    await at.media(Keys(leg="client", key="1"))
    assert at.said[-2:] == ["desk wants_callback +79161234567", "play client callback_kept"]

    await at.media(Played(leg="client"))
    assert caller.is_over
    assert at.said[-1] == "desk ended callback"


async def test_a_menu_leads_to_a_line_and_a_language(at: Exchange) -> None:
    at.house.world.menu = Menu(name="main", choices={"2": Choice(queue_id=QueueId("support"), language="ru")})
    await at.call()
    assert not at.house.inbox.touches[0].queued
    await at.media(Keys(leg="client", key="9"))
    await at.media(Keys(leg="client", key="2"))

    assert "desk queued support ru main: 2" in at.said


async def test_who_presses_nothing_goes_to_the_line_of_the_number(
    at: Exchange,
) -> None:
    at.house.world.menu = Menu(name="main", choices={"2": Choice(queue_id=QueueId("support"))}, wait_s=0.01)
    await at.call()
    for _ in range(2):
        await at.media(Played(leg="client"))
        await asyncio.sleep(0.03)
        await at.settle()

    assert f"desk queued {QUEUE} en " in at.said


async def test_outside_the_hours_a_message_is_kept(at: Exchange) -> None:
    at.house.closed = True
    caller = await at.call()
    assert at.said[-1] == "play client closed leave_message"
    await at.media(Played(leg="client"))
    sink = at.sound.sink
    assert sink is not None
    for _ in range(100):
        sink.write(b"\1\0" * 160, b"\0\0" * 160)
    await caller.ends()
    await at.settle()

    assert at.said[-2:] == ["desk left_message message.wav", "desk ended voicemail"]
    assert len(at.house.messages[0]) > 2 * 8000


async def test_outside_the_hours_without_a_message_it_is_said(at: Exchange) -> None:
    at.house.closed = True
    at.house.queue = a_queue(when_closed_voicemail=False)
    caller = await at.call()
    await at.media(Played(leg="client"))

    assert caller.is_over
    assert at.said[-1] == "desk ended closed"


async def test_a_house_that_calls_nobody_outside_offers_no_call_back(at: Exchange) -> None:
    at.house.queue = a_queue(answer_with_music=True)
    at.house.world.is_there = False
    caller = await at.call()
    assert "callback_offer" not in at.said[-1]
    await at.media(Keys(leg="client", key="1"))

    assert not any("wants_callback" in one for one in at.said)
    assert not caller.is_over
