"""Updates that come: how they are kept, read and received, and what goes wrong."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import Invalid, Unavailable
from hub.domain.person import IdentityKind
from hub.domain.telegram import BotSetup, KeptUpdate
from hub.domain.touch import InboundTouch
from hub.ports.inbox import Received
from tests.fakes.telegram import BotRoom, bot_room
from tests.servers.bot_api import Fault


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[BotRoom]:
    async with bot_room(tmp_path) as made:
        yield made


@pytest.fixture
async def polled(tmp_path: Path) -> AsyncIterator[BotRoom]:
    async with bot_room(tmp_path, receives=True, poll_s=1) as made:
        yield made


async def test_an_update_is_a_touch_with_all_that_is_known(room: BotRoom) -> None:
    ivan = room.api.person(username="ivan_i")
    await room.bring(ivan.writes(room.look, "Привет"))
    (touch,) = room.inbox.touches
    assert (touch.channel, touch.account, touch.thread) == ("telegram", "telegram:shop", "7001")
    assert touch.sender.kind is IdentityKind.TELEGRAM
    assert (touch.sender.value, touch.sender.display, touch.sender.name) == ("7001", "@ivan_i", "Ivan")
    assert (touch.queue_id, touch.language) == ("support", "ru")
    assert json.loads(touch.raw)["message"]["text"] == "Привет"
    assert room.updates.rows[0].raw == b""  # it is kept with the touch


async def test_the_same_update_in_another_form_is_one_touch(room: BotRoom) -> None:
    update = room.api.person().writes(room.look, "once")
    await room.bring(update)
    assert not await room.bring(dict(reversed(update.items())))
    renamed = {
        **update,
        "message": {**update["message"], "from": {**update["message"]["from"], "first_name": "I."}},
    }
    assert await room.bring(renamed)
    assert room.inbox.texts() == ["once"]
    assert room.told == ["kept", "stored", "repeated", "kept", "stored"]


async def test_a_number_that_is_used_again_is_another_update(room: BotRoom) -> None:
    ivan = room.api.person()
    await room.bring({**ivan.writes(room.look, "one"), "update_id": 5})
    await room.bring({**ivan.writes(room.look, "two"), "update_id": 5})
    assert room.inbox.texts() == ["one", "two"]


async def test_a_start_and_an_edit_are_kept_and_are_no_work(room: BotRoom) -> None:
    ivan = room.api.person()
    await room.bring(ivan.writes(room.look, "/start"))
    first = ivan.writes(room.look, "/start me")
    await room.bring(first)
    await room.bring(ivan.edits(room.look, first, "mended"))
    assert [touch.only_kept for touch in room.inbox.touches] == [True, False, True]


async def test_a_number_of_ones_own_is_told_to_whoever_knows_who_has_it(room: BotRoom) -> None:
    ivan = room.api.person()
    await room.bring(ivan.sends_contact(room.look, "+905321234568", of=7002))
    assert room.proved == []
    await room.bring(ivan.sends_contact(room.look, "+905321234567"))
    assert room.proved == [("7001", "+905321234567")]


async def test_a_number_shared_in_the_first_message_is_told_again_when_its_writer_has_a_record(
    room: BotRoom,
) -> None:
    ivan = room.api.person()
    await room.bring(ivan.sends_contact(room.look, "+905321234567"))
    assert room.proved == [("7001", "+905321234567")] * 2


async def test_a_shared_number_is_claimed_only_if_it_is_ones_own(room: BotRoom) -> None:
    ivan = room.api.person()
    await room.bring(ivan.sends_contact(room.look, "+90 532 123-45-67"))
    await room.bring(ivan.sends_contact(room.look, "+905321234568", of=7002))
    await room.bring(ivan.sends_contact(room.look, "not a number"))
    claims = [[(c.value, c.proven) for c in touch.claims] for touch in room.inbox.touches]
    assert claims == [[("+905321234567", True)], [], []]


async def test_work_has_the_clients_language_where_it_is_spoken_here_and_the_bots_else(
    tmp_path: Path,
) -> None:
    setup = BotSetup(language="en", welcome={"de": "Hallo"})
    async with bot_room(tmp_path, setup=setup) as room:
        for number, code in enumerate(("ru", "tr-TR", "de", "xx"), start=7001):
            await room.bring(room.api.person(number, language_code=code).writes(room.look, code))
        assert [touch.language for touch in room.inbox.touches] == ["ru", "tr", "de", "en"]


async def test_a_welcome_is_in_the_clients_language_or_the_bots(tmp_path: Path) -> None:
    setup = BotSetup(language="tr", welcome={"ru": "Здравствуйте", "tr": "Merhaba"})
    async with bot_room(tmp_path, setup) as room:
        await room.bring(room.api.person().writes(room.look, "x"))
        await room.bring(room.api.person(7002, language_code="en").writes(room.look, "y"))
        assert [t.acknowledgement for t in room.inbox.touches] == ["Здравствуйте", "Merhaba"]


async def test_groups_are_taken_where_the_bot_says_so(tmp_path: Path) -> None:
    async with bot_room(tmp_path, BotSetup(groups=True)) as room:
        await room.bring(room.api.person().writes(room.look, "in a group", group=-100))
        (touch,) = room.inbox.touches
        assert (touch.thread, touch.sender.value) == ("-100", "7001")


async def test_what_is_not_wanted_is_not_kept(room: BotRoom) -> None:
    await room.bring(room.api.person().writes(room.look, "in a group", group=-100))
    assert room.updates.states() == ["ignored"]
    assert room.updates.rows[0].raw == b""


async def test_a_file_that_is_larger_than_it_says_is_not_kept(tmp_path: Path) -> None:
    async with bot_room(tmp_path, file_bytes=1_000) as room:
        ivan = room.api.person()
        await room.bring(ivan.sends_document(room.look, b"x" * 1_001, size_bytes=10))
        await room.bring(ivan.sends_document(room.look, b"x" * 1_001))
        await room.bring(ivan.sends_document(room.look, b"x" * 1_000))
        assert [len(touch.attachments) for touch in room.inbox.touches] == [0, 0, 1]
        assert room.look.calls["getFile"] == 2


async def test_a_file_is_tried_again_and_its_message_does_not_wait_for_ever(room: BotRoom) -> None:
    downloads = iter([Fault(code=500), None, *[Fault(code=500)] * 9])
    room.api.fault_of = lambda _bot, method: next(downloads) if method == "download" else None
    ivan = room.api.person()
    await room.bring(ivan.sends_photo(room.look, b"\xff\xd8\xffa", "first"))
    await room.bring(ivan.sends_photo(room.look, b"\xff\xd8\xffb", "second"))
    assert [(t.text.partition("\n")[0], len(t.attachments)) for t in room.inbox.touches] == [
        ("first", 1),
        ("second", 0),
    ]
    assert room.look.calls["download"] == 5


async def test_what_breaks_the_hub_is_kept_as_it_came_and_the_chat_goes_on(room: BotRoom) -> None:
    receive = room.inbox.receive

    async def breaks(touch: InboundTouch) -> Received:
        if touch.text == "bad":
            raise ValueError("a fault of ours")
        return await receive(touch)

    room.inbox.receive = breaks  # type: ignore[method-assign]
    ivan = room.api.person()
    for text in ("good", "bad", "better"):
        await room.keeping.keep(room.bot, json.dumps(ivan.writes(room.look, text)).encode())
    await room.settled()
    assert room.updates.states() == ["stored", "unreadable", "stored"]
    assert room.inbox.texts() == ["good", "better"]
    assert room.told.count("broke") == 3
    assert b"bad" in room.updates.rows[1].raw


async def test_a_store_that_is_away_delays_and_loses_nothing(room: BotRoom) -> None:
    ivan = room.api.person()
    receive, failures = room.inbox.receive, iter([True, True, False])

    async def away(touch: InboundTouch) -> Received:
        if next(failures, False):
            raise Unavailable("the store is away")
        return await receive(touch)

    room.inbox.receive = away  # type: ignore[method-assign]
    for number in range(3):
        await room.keeping.keep(room.bot, json.dumps(ivan.writes(room.look, str(number))).encode())
    await room.settled()
    assert room.inbox.texts() == ["0", "1", "2"]
    assert room.told.count("waits") == 2


@pytest.mark.timeout(120)
async def test_a_busy_chat_delays_nobody(tmp_path: Path) -> None:
    async with bot_room(tmp_path, read_at_once=4) as room:
        busy, others = room.api.person(1), [room.api.person(100 + n) for n in range(20)]
        # nothing is read before all of it is there, however long that takes
        claim, all_kept = room.updates.claim_updates, asyncio.Event()

        async def claimed(*given: Any, **more: Any) -> Sequence[KeptUpdate]:
            await all_kept.wait()
            return await claim(*given, **more)

        room.updates.claim_updates = claimed  # type: ignore[method-assign]
        for number in range(1_000):
            await room.updates.keep_updates(
                room.bot,
                [room.keeping._update(json.dumps(busy.writes(room.look, f"busy {number}")).encode())],
            )
        await asyncio.gather(
            *(
                room.keeping.keep(room.bot, json.dumps(one.writes(room.look, "other")).encode())
                for one in others
            )
        )
        all_kept.set()
        await room.settled(within_s=100)
        texts = room.inbox.texts()
        last_other = max(place for place, text in enumerate(texts) if text == "other")
        # three of the four that are read at once are others: seven rounds, in each of which it has fifty
        assert last_other < 400
        assert [t for t in texts if t != "other"] == [f"busy {number}" for number in range(1_000)]


async def test_the_offset_moves_only_after_the_commit(polled: BotRoom) -> None:
    polled.inbox.failing = Unavailable("the store is down")
    ivan = polled.api.person()
    ivan.writes(polled.look, "kept by Telegram meanwhile")
    await polled.until(lambda: "not_received" in polled.told)
    assert len(polled.look.pending) == 1
    assert not polled.updates.rows
    polled.inbox.failing = None
    await polled.until(lambda: bool(polled.inbox.touches))
    await polled.look.until_confirmed()


async def test_numbers_that_begin_anew_anywhere_lose_nothing(polled: BotRoom) -> None:
    rng = random.Random(3)
    ivan, sent = polled.api.person(), []
    for start in (5_000_000, 17, 900_000, 3):
        polled.look.next_update_id = start
        for number in range(rng.randrange(1, 6)):
            sent.append(f"{start} {number}")
            ivan.writes(polled.look, sent[-1])
        await polled.until(lambda: len(polled.inbox.touches) == len(sent))
        await polled.look.until_confirmed()
        polls = polled.look.calls["getUpdates"]
        await polled.until(lambda polls=polls: polled.look.calls["getUpdates"] > polls + 1)  # type: ignore[misc]
    assert polled.inbox.texts() == sent


async def test_a_wrong_token_and_a_second_poller_are_trouble_in_words(polled: BotRoom) -> None:
    def trouble() -> str:
        return str(polled.standings.standings()[0].trouble)

    await polled.until(lambda: polled.standings.standings()[0].receiving == "works")
    polled.api.fault_of = lambda _bot, method: (
        Fault(code=409, said="Conflict: another") if method == "getUpdates" else None
    )
    await polled.until(lambda: "another program" in trouble())
    assert "other_poller" in polled.told
    polled.api.fault_of = lambda _bot, _method: Fault(code=401)
    await polled.until(lambda: "does not know this token" in trouble())
    told = polled.standings.standings()[0].trouble
    assert told is not None
    assert (told.code, told.values) == ("wrong_token", {})
    polled.api.fault_of = lambda _bot, _method: None
    await polled.until(lambda: polled.standings.standings()[0].receiving == "works")


async def test_a_press_that_is_answered_too_late_is_taken_all_the_same(room: BotRoom) -> None:
    room.api.fault_of = lambda _bot, method: (
        Fault(code=400, said="Bad Request: query is too old") if method == "answerCallbackQuery" else None
    )
    await room.bring(room.api.person().presses(room.look, "yes", "Yes"))
    assert room.inbox.texts() == ["Pressed: Yes"]


async def test_updates_of_a_bot_that_is_not_there_yet_wait(room: BotRoom) -> None:
    update: dict[str, Any] = room.api.person().writes(room.look, "x")
    await room.keeping.keep(replace(room.bot, id="b2"), json.dumps(update).encode())  # type: ignore[arg-type]
    await room.until(lambda: "waits" in room.told)
    assert room.updates.states() == ["kept"]
    room.updates.rows.clear()


async def test_each_account_numbers_its_messages_by_itself(tmp_path: Path) -> None:
    async with bot_room(tmp_path, BotSetup(business_owners=(8001, 8002))) as room:
        ivan = room.api.person()
        one, two = (
            room.look.connect_business(room.api.person(number), f"business-{number}")
            for number in (8001, 8002)
        )
        said = [
            ivan.sends(room.look, text="to one", message_id=55, business=one),
            ivan.sends(room.look, text="to two", message_id=55, business=two),
            ivan.sends(room.look, text="to the bot", message_id=55),
        ]
        for update in said:
            await room.bring(update)
        assert room.inbox.texts() == ["to one", "to two", "to the bot"]
        assert room.inbox.touches[2].external_id == "4001:7001:55"  # as it always was

        room.updates.text = {t.external_id: t.text for t in room.inbox.touches}
        await room.bring(ivan.deletes(room.look, [said[1]]))
        await room.bring(ivan.deletes(room.look, [said[0]]))
        await room.bring(ivan.edits(room.look, said[1], "mended"))
        await room.bring(ivan.edits(room.look, said[0], "mended"))
        assert room.inbox.texts()[3:] == [
            "Deleted: to two",
            "Deleted: to one",
            "Edited: mended",
            "Edited: mended",
        ]


async def test_a_message_stays_known_when_its_owner_connects_the_bot_anew(tmp_path: Path) -> None:
    async with bot_room(tmp_path, BotSetup(business_owners=(8001,))) as room:
        ivan, owner = room.api.person(), room.api.person(8001, username="owner")
        update = ivan.writes(room.look, "hello", business=room.look.connect_business(owner))
        await room.bring(update)
        room.updates.text = {t.external_id: t.text for t in room.inbox.touches}
        again = room.look.connect_business(owner, "business-2")
        update["business_message"]["business_connection_id"] = again
        await room.bring(ivan.deletes(room.look, [update]))
        assert room.inbox.texts() == ["hello", "Deleted: hello"]


async def test_another_message_under_a_known_number_is_told_and_not_lost(room: BotRoom) -> None:
    ivan = room.api.person()
    first = ivan.writes(room.look, "one")
    await room.bring(first)
    await room.bring({**first, "update_id": 77, "message": {**first["message"], "text": "two"}})
    assert room.inbox.texts() == ["one"]
    assert room.updates.states() == ["stored", "unreadable"]
    assert b"two" in room.updates.rows[1].raw
    assert room.told == ["kept", "stored", "kept", "other_content", "unreadable"]


async def test_a_message_whose_file_did_not_come_the_first_time_is_the_same_message(room: BotRoom) -> None:
    ivan, downloads = room.api.person(), iter([Fault(code=500)] * 3)
    room.api.fault_of = lambda _bot, method: next(downloads, None) if method == "download" else None
    update = ivan.sends_photo(room.look, b"\xff\xd8\xffa", "bill")
    await room.bring(update)
    assert room.inbox.touches[0].attachments == ()
    await room.bring({**update, "update_id": 77})
    assert room.updates.states() == ["stored", "stored"]
    assert "other_content" not in room.told


async def test_what_the_store_refuses_is_unreadable_after_three_tries_and_the_chat_goes_on(
    room: BotRoom,
) -> None:
    receive = room.inbox.receive

    async def refuses(touch: InboundTouch) -> Received:
        if touch.text == "bad":
            raise Invalid("this holds a character that the store cannot keep", code="bad_value")
        return await receive(touch)

    room.inbox.receive = refuses  # type: ignore[method-assign]
    ivan = room.api.person()
    for text in ("good", "bad", "better"):
        await room.keeping.keep(room.bot, json.dumps(ivan.writes(room.look, text)).encode())
    await room.settled()
    assert room.updates.states() == ["stored", "unreadable", "stored"]
    assert room.inbox.texts() == ["good", "better"]
    assert room.told.count("broke") == 3


async def test_messages_of_a_bot_whose_queue_is_gone_wait_for_another(room: BotRoom) -> None:
    receive, failures = room.inbox.receive, iter([True] * 5)

    async def refuses(touch: InboundTouch) -> Received:
        if next(failures, False):
            raise Invalid("this channel account names a queue that is not there", code="no_such_queue")
        return await receive(touch)

    room.inbox.receive = refuses  # type: ignore[method-assign]
    await room.bring(room.api.person().writes(room.look, "hello"))
    assert room.inbox.texts() == ["hello"]
    assert room.told.count("waits") == 5


async def test_an_update_of_two_kinds_is_kept_whole_and_told(room: BotRoom) -> None:
    ivan = room.api.person()
    one, two = ivan.writes(room.look, "one"), ivan.writes(room.look, "two")
    await room.bring({**one, "edited_message": two["message"]})
    assert room.updates.states() == ["unreadable"]
    assert b"one" in room.updates.rows[0].raw
    assert b"two" in room.updates.rows[0].raw
