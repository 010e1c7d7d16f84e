"""What a caller hears and may press while nobody talks to them."""

import asyncio

import pytest

from hub.channels.sip.b2bua import live
from hub.channels.sip.b2bua.surroundings import Choice, Menu
from hub.domain.errors import Unavailable
from hub.domain.ids import (
    QueueId,
)
from hub.domain.recording import RecordingKind
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


async def test_keys_by_info_count_as_those_in_the_sound(at: Exchange) -> None:
    at.house.queue = a_queue(answer_with_music=True)
    caller = await at.call()
    assert caller.events is not None
    await caller.events.keyed(caller, "51")
    await at.settle()
    assert at.said[-2:] == ["desk wants_callback +79161234567", "play client callback_kept"]
    await at.media(Played(leg="client"))
    assert caller.is_over


async def test_a_menu_leads_to_a_line_and_a_language(at: Exchange) -> None:
    at.house.world.menu = Menu(name="main", choices={"2": Choice(queue_id=QueueId("support"), language="ru")})
    await at.call()
    assert not at.house.inbox.touches[0].queued
    await at.media(Keys(leg="client", key="9"))
    assert at.said[-1] == "play client not_known menu-main"
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

    assert at.said[-3:] == ["tape1 done", "desk left_message", "desk ended voicemail"]
    vault = at.house.vault
    assert (vault.kinds, vault.tapes[0].bytes) == ([RecordingKind.MESSAGE], 100 * 320)


async def test_who_hangs_up_at_the_tone_left_no_message(at: Exchange) -> None:
    at.house.closed = True
    caller = await at.call()
    await at.media(Played(leg="client"))
    assert at.sound.sink is not None
    at.sound.sink.write(b"\1\0" * 160, b"\0\0" * 160)
    await caller.ends()
    await at.settle()

    assert at.said[-2:] == ["tape1 discarded", "desk ended client_left"]


async def test_nobody_talks_to_a_machine_that_cannot_keep_it(at: Exchange) -> None:
    at.house.closed = True
    at.house.vault.refuses = Unavailable("the disk is full", code="disk_full")
    caller = await at.call()
    await at.media(Played(leg="client"))

    assert caller.is_over
    assert at.said[-1] == "desk ended failed"


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


async def test_a_key_that_cannot_be_kept_now_is_kept_when_the_store_is_back(
    at: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "AGAIN_AFTER_S", 0.01)
    at.house.world.menu = Menu(name="main", choices={"2": Choice(queue_id=QueueId("support"))}, wait_s=0.01)
    caller = await at.call()
    at.house.desk.down = 2
    await at.media(Keys(leg="client", key="2"))
    assert at.said[-1] == "play client music"
    await at.media(Keys(leg="client", key="9"))  # nothing more is asked
    await asyncio.sleep(0.06)
    await at.settle()

    assert at.said.count("play client music") == 1
    assert [line for line in at.said if "queued" in line] == ["desk queued support en main: 2"]
    assert at.said[-1].startswith("play client greeting")
    assert not caller.is_over
    await at.rings()
    assert at.said[-2].endswith("INVITE")


async def test_a_line_that_cannot_be_read_now_is_entered_when_it_can(
    at: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "AGAIN_AFTER_S", 0.01)
    at.house.queue = a_queue(answer_with_music=True)
    at.house.unread = 2
    await at.call()
    assert at.said[-1] == "caller 182"
    await asyncio.sleep(0.06)
    await at.settle()

    assert "caller 200" in at.said
