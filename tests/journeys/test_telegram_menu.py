"""A client chooses what it is about before anybody is asked, or does not, on whole hubs."""

import asyncio
from pathlib import Path

import pytest

from tests.clients import Agent
from tests.journeys.test_telegram import BotHub, anna_at, bot_hub, every_way, until_texts
from tests.journeys.test_telegram_killed import all_read, inbound, rows
from tests.journeys.test_telegram_rating import until_toasts

pytestmark = pytest.mark.timeout(180)

MENU = {"Buy": "sales", "Help": "support", "Something else": ""}
QUESTION = "What is it about?"


async def offered(anna: Agent) -> tuple[str, str]:
    """The queue of the next work, once it is taken, and its conversation."""
    offer = await anna.offered()
    taken = await anna.accept(offer["reservation_id"])
    return offer["work_item"]["queue"], str(taken["id"])


def work(tg: BotHub) -> int:
    ((count,),) = rows(tg, "SELECT COUNT(*) FROM work_items")
    return int(count)


@every_way
async def test_a_press_leads_to_the_queue_of_its_button(tmp_path: Path, way: str) -> None:
    async with bot_hub(tmp_path, way, menu=MENU, welcome={"en": "Hello"}) as tg, anna_at(tg) as anna:
        tg.ivan.writes(tg.bot, "Good day")
        (asked,) = await tg.bot.until_sent(1)
        assert asked.text == f"Hello\n\n{QUESTION}"
        assert work(tg) == 0
        tg.ivan.taps(tg.bot, asked, "Buy")
        queue, interaction_id = await offered(anna)
        assert queue == "sales"
        assert await until_texts(anna, interaction_id, 3) == [
            "Good day",
            f"Hello\n\n{QUESTION}",
            "Pressed: Buy",
        ]
        await until_toasts(tg.bot, 1)
        await tg.bot.until(lambda: not asked.keyboard)
        assert asked.text.endswith("✓ Buy")


async def test_who_opens_the_chat_chooses_when_they_like_and_is_no_work_before(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, menu=MENU) as tg:
        tg.ivan.writes(tg.bot, "/start")
        (asked,) = await tg.bot.until_sent(1)
        assert rows(tg, "SELECT state FROM interactions") == [("closed",)]
        await tg.hub.kill()
        await tg.again()
        async with anna_at(tg) as anna:
            tg.ivan.taps(tg.bot, asked, "Help")
            assert (await offered(anna))[0] == "support"


async def test_words_in_place_of_a_press_are_work_at_once(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, menu=MENU) as tg, anna_at(tg) as anna:
        tg.ivan.writes(tg.bot, "/start")
        (asked,) = await tg.bot.until_sent(1)
        tg.ivan.writes(tg.bot, "Where is my order?")
        assert (await offered(anna))[0] == "support"
        buttons = asked.keyboard
        await tg.bot.until(lambda: not asked.keyboard)
        assert asked.text == QUESTION
        asked.keyboard = buttons  # an app that has not heard of it yet
        tg.ivan.taps(tg.bot, asked, "Buy")
        toasts = await until_toasts(tg.bot, 1)
        assert toasts == ["Эта кнопка больше не действует."]
        assert work(tg) == 1


async def test_who_does_not_answer_is_work_after_a_while_also_after_a_kill(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, menu=MENU, wait_s=10) as tg:
        tg.ivan.writes(tg.bot, "Good day")
        await tg.bot.until_sent(1)
        await tg.hub.kill()
        await tg.again()
        async with anna_at(tg) as anna:
            queue, interaction_id = await offered(anna)
            assert queue == "support"
            assert await until_texts(anna, interaction_id, 2) == ["Good day", QUESTION]


async def test_a_hub_that_dies_with_a_press_in_hand_counts_it_once(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, crash_at="telegram.after_receive_before_settle:2", menu=MENU) as tg:
        tg.ivan.writes(tg.bot, "Good day")
        (asked,) = await tg.bot.until_sent(1)
        press = tg.ivan.taps(tg.bot, asked, "Buy")
        tg.ivan.taps(tg.bot, asked, "", data=press["callback_query"]["data"][:-1] + "1")
        async with asyncio.timeout(30):
            await tg.hub.ended()
        tg.bot.pending.append(press)
        await tg.again()
        await all_read(tg)
        assert rows(tg, "SELECT COUNT(*) FROM touches WHERE text LIKE 'Pressed%'") == [(1,)]
        assert rows(tg, "SELECT q.name FROM work_items w JOIN queues q ON q.id = w.queue_id") == [("sales",)]
        assert asked.text.endswith("✓ Buy")


async def test_a_hub_that_dies_when_it_took_buttons_away_goes_on_and_leaves_none(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, crash_at="telegram.after_buttons_before_note", menu=MENU) as tg:
        tg.ivan.writes(tg.bot, "/start")
        (asked,) = await tg.bot.until_sent(1)
        tg.ivan.writes(tg.bot, "Where is my order?")
        async with asyncio.timeout(30):
            await tg.hub.ended()
        assert asked.keyboard == {}
        calls = tg.bot.calls["editMessageReplyMarkup"]
        await tg.again()
        await tg.bot.until(lambda: tg.bot.calls["editMessageReplyMarkup"] > calls)
        async with asyncio.timeout(30):
            while rows(tg, "SELECT 1 FROM questions WHERE buttons_due IS NOT NULL"):
                await asyncio.sleep(0.1)
        assert asked.text == QUESTION
        assert inbound(tg) == ["/start", "Where is my order?"]
