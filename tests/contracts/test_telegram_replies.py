"""Many replies to a Telegram that refuses, asks to wait, breaks and falls silent: none is sent twice, and each has an
end that somebody is told of."""

import asyncio
import os
import random
import traceback
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.errors import ChannelRefused, ChannelUnavailable, ChannelUncertain
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.touch import Attachment, Delivery
from hub.outbound.lane import LaneLimits
from hub.outbound.sender import Sender
from tests.contracts.replies import StoredReplies
from tests.fakes.telegram import bot_room
from tests.servers.bot_api import Fault, LookBot
from tests.stores import House, migrated_database, opened

FULL = os.environ.get("TELEGRAM_FULL") == "1"
REPLIES = 1_000 if FULL else 80
CHATS = 100 if FULL else 40
SILENT_S = 1.5

pytestmark = pytest.mark.timeout(900 if FULL else 120)

FAULTS = (
    Fault(code=429, retry_after_s=1),
    Fault(code=403),
    Fault(code=409, said="Conflict: another one"),
    Fault(code=500),
    Fault(code=500, done=True),
    Fault(code=502, done=True),
    Fault(),
    Fault(done=True),
    Fault(delay_s=SILENT_S),
    Fault(delay_s=SILENT_S, done=True),
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """On SQLite: what the store promises of replies is tested on both elsewhere."""
    async with migrated_database("sqlite", tmp_path, "") as url, opened(url) as database:
        yield await House(database=database).furnished()


async def test_no_reply_is_sent_twice_and_none_is_lost_in_silence(house: House, tmp_path: Path) -> None:
    rng = random.Random(7)
    clock = SystemClock()
    met: Counter[Fault] = Counter()

    def fault_of(_: LookBot, method: str) -> Fault | None:
        if not method.startswith("send") or rng.random() > 0.3:
            return None
        fault = FAULTS[met.total() % len(FAULTS)]  # each in its turn, so that none is left out
        met[fault] += 1
        return fault

    async with bot_room(tmp_path, clock=clock, answer_s=1.0) as room:
        room.store.bot = replace(room.bot, name="demo")
        await room.bots.refresh()
        room.api.fault_of = fault_of
        replies = StoredReplies(house)
        replies.channel = "telegram"
        texts = [f"{number} {tmp_path.name}" for number in range(REPLIES)]
        for number, text in enumerate(texts):
            person = room.api.person(7_001 + number % CHATS)
            await replies.queue(text, thread=str(person.id), at=clock.now())
        sender = Sender(
            replies.store,
            EmbeddedBus(),
            [room.channel],
            clock,
            rng,
            limits=LaneLimits(sweep_s=0.1, send_s=10.0, drain_s=1.0),
        )
        running = asyncio.create_task(sender.run())
        ends: dict[str, Delivery] = {}
        try:
            async with asyncio.timeout(600 if FULL else 90):
                while len(ends) < REPLIES:
                    await asyncio.sleep(0.2)
                    await sender.sweep()
                    for text in texts:
                        if text not in ends:
                            kept = await replies.kept(text)
                            if kept.delivery not in {Delivery.QUEUED, Delivery.SENDING}:
                                ends[text] = kept.delivery
        finally:
            running.cancel()
            await asyncio.wait([running])
    copies = Counter(sent.text for sent in room.look.sent)
    assert max(copies.values()) == 1  # doubled: 0
    for text, end in ends.items():
        if end is not Delivery.UNCERTAIN:
            assert copies[text] == (end is Delivery.SENT), (text, end)
    assert set(met) == set(FAULTS)
    by_end = Counter(ends.values())
    assert by_end[Delivery.FAILED] == met[FAULTS[1]]
    assert by_end[Delivery.UNCERTAIN] == sum(met[fault] for fault in FAULTS[3:])


async def test_a_bot_that_is_to_wait_asks_nothing_meanwhile(tmp_path: Path) -> None:
    async with bot_room(tmp_path) as room:
        room.api.fault_of = lambda _bot, _method: Fault(code=429, retry_after_s=30)
        for _ in range(5):
            with pytest.raises(ChannelUnavailable) as caught:
                await room.channel.send(room.reply("hello"))
            assert caught.value.retry_after_s == 30.0
        assert room.look.calls["sendMessage"] == 1
        room.api.fault_of = lambda _bot, _method: None
        room.clock.advance(30.1)
        await room.channel.send(room.reply("hello"))
        assert [one.text for one in room.look.sent] == ["hello"]


async def test_a_long_reply_begins_again_where_it_was_refused(tmp_path: Path) -> None:
    async with bot_room(tmp_path) as room:
        content = b"\xff\xd8\xffpicture"
        sha256, size = await room.attachments.put(DEFAULT_TENANT, chunks(content), limit_bytes=100)
        files = (
            Attachment(sha256=sha256, name="a.jpg", media_type="image/jpeg", size_bytes=size),
            Attachment(sha256=sha256, name="b.bin", media_type="application/x-any", size_bytes=size),
        )
        text = "word " * 1_500
        calls = iter([None, Fault(code=429, retry_after_s=1), None, None, None])
        room.api.fault_of = lambda _bot, _method: next(calls)
        message = room.reply(text, attachments=files)
        with pytest.raises(ChannelUnavailable):
            await room.channel.send(message)
        room.clock.advance(2.0)
        sent = await room.channel.send(message)
        assert [one.method for one in room.look.sent] == [
            "sendMessage",
            "sendMessage",
            "sendPhoto",
            "sendDocument",
        ]
        assert sent.external_id == str(room.look.sent[0].message_id)
        assert " ".join(one.text for one in room.look.sent[:2]) == text.strip()
        assert [one.content for one in room.look.sent[2:]] == [content, content]


async def test_a_store_that_fails_amid_a_long_reply_leaves_it_to_a_person(tmp_path: Path) -> None:
    async with bot_room(tmp_path) as room:
        room.updates.failing = lambda: True
        with pytest.raises(ChannelUncertain):
            await room.channel.send(room.reply("x" * 5_000))
        assert len(room.look.sent) == 1


async def test_who_blocked_the_bot_or_is_nobody_is_unreachable(tmp_path: Path) -> None:
    async with bot_room(tmp_path) as room:
        room.api.person().blocks(room.look)
        for message in (room.reply("hi"), room.reply("hi", thread="999")):
            with pytest.raises(ChannelRefused) as caught:
                await room.channel.send(message)
            assert caught.value.stable_code == "unreachable"


async def test_no_error_names_the_token(tmp_path: Path) -> None:
    async with bot_room(tmp_path, base_url="http://127.0.0.1:1") as room:
        token = room.look.token
        with pytest.raises(ChannelUnavailable) as caught:
            await room.channel.send(room.reply("hi"))
        assert token not in "".join(traceback.format_exception(caught.value))
    async with bot_room(tmp_path) as room:
        room.api.bots.clear()
        with pytest.raises(ChannelUnavailable) as caught:
            await room.channel.send(room.reply("hi"))
        assert caught.value.stable_code == "wrong_token"
        assert token not in "".join(traceback.format_exception(caught.value))


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
