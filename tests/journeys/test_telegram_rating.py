"""A client is asked how it was when their conversation on Telegram is over, and presses a button."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Agent
from tests.journeys.test_telegram import BotHub, anna_at, bot_hub, every_way, taken
from tests.journeys.test_telegram_killed import all_read, rows
from tests.servers.bot_api import Fault, LookBot, Sent

pytestmark = pytest.mark.timeout(180)

ASKED = {"en": "How was it?", "ru": "Как всё прошло?"}


async def over(tg: BotHub, text: str = "Where is my order?") -> str:
    """A conversation that Anna had, and closed."""
    async with anna_at(tg) as anna:
        tg.ivan.writes(tg.bot, text)
        interaction_id = await taken(anna)
        body = {"disposition": "resolved", "note": ""}
        await anna.post(f"/api/v1/interactions/{interaction_id}/close", body)
    return interaction_id


async def question(tg: BotHub, count: int = 1) -> Sent:
    return (await tg.bot.until_sent(count))[-1]


async def until_toasts(bot: LookBot, count: int, within_s: float = 30.0) -> list[str]:
    await bot.until(lambda: len(bot.toasts) >= count, within_s)
    return bot.toasts


async def logged(tg: BotHub, interaction_id: str) -> dict[str, Any]:
    """The row of the log that a manager reads."""
    async with Agent(tg.hub.url, "maria") as maria:
        page = await maria.get("/api/v1/log")
        return next(one for one in page["items"] if one["interaction_id"] == interaction_id)


@every_way
async def test_a_client_is_asked_presses_and_is_seen_where_ratings_are_seen(tmp_path: Path, way: str) -> None:
    async with bot_hub(tmp_path, way, rating=ASKED) as tg:
        interaction_id = await over(tg)
        asked = await question(tg)
        assert (asked.chat_id, asked.text) == (tg.ivan.id, "Как всё прошло?")
        async with anna_at(tg) as anna:
            tg.ivan.taps(tg.bot, asked, "4 ★")
            tg.ivan.taps(tg.bot, asked, "1 ★")
            toasts = await until_toasts(tg.bot, 2)
            assert toasts == ["Спасибо! Ваша оценка: ★★★★☆"] * 2
            heard = await anna.heard("client_rated")
            assert (heard["interaction_id"], heard["score"]) == (interaction_id, 4)
        assert asked.keyboard == {}
        assert (await logged(tg, interaction_id))["score"] == 4
        # a press is nobody's work, and the next word begins a new conversation
        assert rows(tg, "SELECT COUNT(*) FROM interactions") == [(1,)]
        async with anna_at(tg) as anna:
            tg.ivan.writes(tg.bot, "Thank you")
            assert await taken(anna) != interaction_id


async def test_who_writes_again_first_is_not_asked_and_nobody_is_without_a_text(tmp_path: Path) -> None:
    async with bot_hub(tmp_path) as tg:
        await over(tg)
        async with anna_at(tg) as anna:
            tg.ivan.writes(tg.bot, "One more thing")
            await taken(anna)
        assert rows(tg, "SELECT COUNT(*) FROM questions") == [(0,)]
        assert tg.bot.sent == []


async def test_a_hub_that_dies_with_the_question_or_the_press_in_hand_asks_and_counts_once(
    tmp_path: Path,
) -> None:
    # the first settled update is the client's message, the second their press
    async with bot_hub(tmp_path, crash_at="telegram.after_receive_before_settle:2", rating=ASKED) as tg:
        interaction_id = await over(tg)
        asked = await question(tg)
        press = tg.ivan.taps(tg.bot, asked, "2 ★")
        async with asyncio.timeout(30):
            await tg.hub.ended()
        tg.bot.pending.append(press)
        await tg.again()
        await all_read(tg)
        assert rows(tg, "SELECT interaction_id, score FROM ratings") == [(interaction_id, 2)]
        assert set(await until_toasts(tg.bot, 2)) == {"Спасибо! Ваша оценка: ★★☆☆☆"}
        # a stale button, pressed after all that
        tg.ivan.taps(tg.bot, asked, "", data=press["callback_query"]["data"][:-1] + "4")
        await until_toasts(tg.bot, 3)
        assert rows(tg, "SELECT score FROM ratings") == [(2,)]
        assert len(tg.bot.sent) == 1


async def test_a_client_who_blocked_the_bot_is_not_asked_again_and_again(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, rating=ASKED) as tg:
        tg.api.fault_of = lambda _bot, method: Fault(code=403) if method == "sendMessage" else None
        async with anna_at(tg) as anna:
            tg.ivan.writes(tg.bot, "Where is my order?")
            interaction_id = await taken(anna)
            await anna.post(
                f"/api/v1/interactions/{interaction_id}/close", {"disposition": "resolved", "note": ""}
            )
            await anna.heard("delivery_changed", interaction_id=interaction_id, delivery="failed")
        assert tg.bot.calls["sendMessage"] == 1
