"""The look-alike of the Bot API answers python-telegram-bot as Telegram does: else nothing tested by it means much."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from tests.servers.bot_api import BotApiLookAlike, Fault, LookBot


@pytest.fixture
async def api() -> AsyncIterator[BotApiLookAlike]:
    async with BotApiLookAlike() as server:
        yield server


def library(api: BotApiLookAlike, bot: LookBot) -> Bot:
    return Bot(bot.token, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot")


async def test_updates_wait_until_a_higher_offset_confirms_them(api: BotApiLookAlike) -> None:
    bot, ivan = api.bot(), api.person()
    first, second = ivan.writes(bot, "one"), ivan.writes(bot, "two")
    async with library(api, bot) as ours:
        assert ours.username == bot.username
        for _ in range(2):
            got = await ours.get_updates()
            assert [u.message.text for u in got if u.message] == ["one", "two"]
        got = await ours.get_updates(offset=first["update_id"] + 1)
        assert [u.update_id for u in got] == [second["update_id"]]
        assert not await ours.get_updates(offset=second["update_id"] + 1)
        assert not bot.pending


async def test_a_long_poll_ends_with_the_next_update_and_a_second_poller_ends_the_first(
    api: BotApiLookAlike,
) -> None:
    bot, ivan = api.bot(), api.person()
    async with library(api, bot) as ours, library(api, bot) as theirs:
        waiting = asyncio.create_task(ours.get_updates(timeout=20))
        await asyncio.sleep(0.2)
        ivan.writes(bot, "now")
        (update,) = await waiting
        assert update.message
        assert update.message.text == "now"
        waiting = asyncio.create_task(ours.get_updates(offset=update.update_id + 1, timeout=20))
        await asyncio.sleep(0.2)
        assert not await theirs.get_updates(offset=update.update_id + 1)
        with pytest.raises(Conflict):
            await waiting


async def test_ids_may_begin_anew_anywhere(api: BotApiLookAlike) -> None:
    bot, ivan = api.bot(), api.person()
    bot.restart_ids(random.Random(1))
    one = ivan.writes(bot, "x")["update_id"]
    bot.restart_ids(random.Random(2))
    assert ivan.writes(bot, "y")["update_id"] != one + 1


async def test_errors_are_those_of_telegram(api: BotApiLookAlike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else the library warns of each pause it is told
    bot, ivan = api.bot(), api.person()
    async with library(api, bot) as ours:
        with pytest.raises(BadRequest):
            await ours.send_message(999, "nobody")
        with pytest.raises(BadRequest):
            await ours.send_message(ivan.id, "x" * 4097)
        for fault, error, done in (
            (Fault(code=429, retry_after_s=7), RetryAfter, 0),
            (Fault(code=500), NetworkError, 0),
            (Fault(code=500, done=True), NetworkError, 1),
            (Fault(code=409, said="Conflict: somebody else"), Conflict, 1),
            (Fault(), NetworkError, 1),
            (Fault(done=True), NetworkError, 2),
        ):
            api.fault_of = lambda _bot, _method, fault=fault: fault  # type: ignore[misc]
            with pytest.raises(error):
                await ours.send_message(ivan.id, "hello")
            assert len(bot.sent) == done
        api.fault_of = lambda _bot, _method: Fault(delay_s=5.0, done=True)
        with pytest.raises(TimedOut):
            await ours.send_message(ivan.id, "hello", read_timeout=0.2)
        api.fault_of = lambda _bot, _method: None
        ivan.blocks(bot)
        with pytest.raises(Forbidden):
            await ours.send_message(ivan.id, "hello")
    nobody = Bot("4002:nobody", base_url=f"{api.url}/bot")
    with pytest.raises(InvalidToken):
        await nobody.initialize()
    await nobody.shutdown()


async def test_files_are_fetched_up_to_20_mb_and_sent(api: BotApiLookAlike) -> None:
    bot, ivan = api.bot(), api.person()
    ivan.sends_document(bot, b"%PDF")
    ivan.sends_document(bot, b"", size_bytes=21_000_000)
    async with library(api, bot) as ours:
        small, large = await ours.get_updates()
        assert small.message
        assert small.message.document
        file = await small.message.document.get_file()
        assert await file.download_as_bytearray() == b"%PDF"
        assert large.message
        assert large.message.document
        with pytest.raises(BadRequest, match="too big"):
            await large.message.document.get_file()
        await ours.send_document(ivan.id, b"bytes", filename="a.txt", caption="see")
    (sent,) = bot.sent
    assert (sent.content, sent.file_name, sent.text) == (b"bytes", "a.txt", "see")
