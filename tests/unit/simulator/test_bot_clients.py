"""Clients of the bot, against a bot whose hub behaves as each test needs."""

import asyncio
import io
import json
import random
from collections.abc import AsyncIterator

import av
import pytest

from hub.file_types import type_of
from hub.simulator import carried
from hub.simulator.bot_clients import DEEDS, THANKS, BotClients, Deed, Pace
from tests.servers.bot_api import BotApiLookAlike, LookBot, Sent

HURRY = Pace(think_s=(0.0, 0.0), menu_s=0.0, patience_s=0.0, rating_s=0.0)
PATIENT = Pace(think_s=(0.0, 0.0), menu_s=30.0, patience_s=30.0, rating_s=30.0)


@pytest.fixture
async def api() -> AsyncIterator[BotApiLookAlike]:
    async with BotApiLookAlike() as api:
        api.bot()
        yield api


def bot_of(api: BotApiLookAlike) -> LookBot:
    (bot,) = api.bots.values()
    return bot


def says(bot: LookBot, chat_id: int, text: str, *labels: str) -> None:
    """The hub sends this, with these buttons."""
    row = [{"text": label, "callback_data": f"touchline:{label}"} for label in labels]
    keyboard = {"inline_keyboard": [row]} if labels else {}
    number = bot.message_id()
    bot.sent.append(
        Sent(method="sendMessage", chat_id=chat_id, message_id=number, text=text, keyboard=keyboard)
    )
    bot.stirred()


def kinds(bot: LookBot) -> list[str]:
    """What the bot was told, in a word each."""
    found = []
    for update in bot.history:
        (kind,) = set(update) - {"update_id"}
        message = update[kind]
        parts = {"text", "photo", "document", "voice", "location", "sticker", "data"} & set(message)
        found.append(f"{kind} {'/'.join(sorted(parts))}")
    return found


async def test_a_client_chooses_writes_sends_thanks_and_rates(api: BotApiLookAlike) -> None:
    bot = bot_of(api)
    clients = BotClients(api, bot, random.Random(1), PATIENT)
    person, language = clients.somebody()
    async with asyncio.TaskGroup() as group:
        group.create_task(clients.play(person, language))
        await bot.until(lambda: len(bot.history) == 1)
        says(bot, person.id, "What is it about?", "Order", "Tea")
        await bot.until(lambda: len(bot.history) == 4)
        assert clients.waiting == 1
        says(bot, person.id, "Hello, this is Anna")
        assert clients.waiting == 0
        await bot.until(lambda: len(bot.history) == 5)
        says(bot, person.id, "Which kettle?", "Green")  # a question that is none of how it was
        says(bot, person.id, "How was it?", "1 ★", "5 ★")

    assert kinds(bot) == [
        "message text",
        "callback_query data",
        "message text",
        "message photo",
        "message text",
        "callback_query data",
    ]
    assert bot.history[4]["message"]["text"] == THANKS[language]
    assert bot.history[5]["callback_query"]["data"].endswith("★")
    tally = clients.tally
    assert (tally.came, tally.chosen, tally.answered, tally.rated) == (1, 1, 1, 1)


async def test_every_deed_comes_in_turn_and_an_edit_is_of_what_was_written(api: BotApiLookAlike) -> None:
    bot = bot_of(api)
    clients = BotClients(api, bot, random.Random(2), HURRY)
    person = api.person(7002, "Ayşe")
    for _ in DEEDS:
        await clients.play(person, "tr")

    assert clients.tally.deeds == list(Deed)
    sent = kinds(bot)
    for kind in ("photo", "document", "voice", "location", "sticker"):
        assert sent.count(f"message {kind}") == 1
    (edited,) = (one["edited_message"] for one in bot.history if "edited_message" in one)
    before = next(
        one["message"]
        for one in bot.history
        if one.get("message", {}).get("message_id") == edited["message_id"]
    )
    assert edited["text"].startswith(before["text"])
    assert edited["text"] != before["text"]


async def test_nobody_else_comes_while_enough_wait(api: BotApiLookAlike) -> None:
    bot = bot_of(api)
    clients = BotClients(api, bot, random.Random(3), HURRY, at_most_waiting=2)
    coming = asyncio.ensure_future(clients.come((0.0, 0.0)))
    await bot.until(lambda: clients.waiting == 2)
    for _ in range(50):
        await asyncio.sleep(0)
    assert clients.tally.came == 2
    says(bot, bot.history[0]["message"]["chat"]["id"], "Here we are")
    await bot.until(lambda: clients.tally.came == 3)
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)


@pytest.mark.parametrize("language", ["en", "ru", "tr"])
def test_what_is_spoken_is_opus_that_can_be_heard(language: str) -> None:
    content = carried.spoken(language)
    assert type_of(content[:4096], "voice.ogg") == "audio/ogg"
    with av.open(io.BytesIO(content)) as heard:
        assert heard.streams.audio[0].codec_context.name in {"opus", "libopus"}
        assert sum(frame.samples for frame in heard.decode(audio=0)) > 48_000


def test_stickers_and_bills_are_what_they_say() -> None:
    content = carried.sticker(random.Random(1))
    assert type_of(content, "sticker.webp") == "image/webp"
    with av.open(io.BytesIO(content), format="webp_pipe") as shown:
        (frame,) = shown.decode(video=0)
    assert (frame.width, frame.height) == (160, 160)
    bill = carried.bill("41222")
    assert type_of(bill, "bill.pdf") == "application/pdf"
    assert b"Order 41222" in bill
    at = int(bill.rpartition(b"startxref\n")[2].split()[0])
    assert bill[at:].startswith(b"xref")
    assert json.dumps(bill.decode())  # plain text: nothing in it needs more
