"""Hubs that die between two steps of an update, and updates that come again and again: each is one touch."""

import asyncio
import os
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hub.domain.telegram import MESSAGE_UNITS
from tests.journeys.test_telegram import (
    WAYS,
    BotHub,
    anna_at,
    answer,
    bot_hub,
    taken,
    touches,
)

FULL = os.environ.get("TELEGRAM_FULL") == "1"
RESTARTS = 50 if FULL else 2
AGAIN = 100

pytestmark = pytest.mark.timeout(1200 if FULL else 180)

POINTS = [
    ("polling", "telegram.after_keep"),
    ("polling", "telegram.after_keep_before_offset"),
    ("webhook", "telegram.after_keep"),
    ("webhook", "telegram.after_read"),
    ("polling", "telegram.after_receive_before_settle"),
]


@pytest.mark.parametrize(("way", "point"), POINTS)
async def test_a_hub_that_dies_between_two_steps_loses_and_doubles_nothing(
    tmp_path: Path, way: str, point: str
) -> None:
    nth = f"{point}:2" if "settle" in point or "read" in point else point
    async with bot_hub(tmp_path, way, crash_at=nth) as tg:
        for number in range(3):
            tg.ivan.writes(tg.bot, f"number {number}")
        async with asyncio.timeout(30):
            await tg.hub.ended()
        await tg.again()
        await all_read(tg)
        assert inbound(tg) == ["number 0", "number 1", "number 2"]


async def test_a_hub_that_dies_amid_a_long_reply_sends_no_part_of_it_twice(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, crash_at="telegram.after_part_before_note") as tg:
        async with anna_at(tg) as anna:
            tg.ivan.writes(tg.bot, "hello")
            interaction_id = await taken(anna)
            await answer(anna, interaction_id, "x" * (MESSAGE_UNITS + 10))
            async with asyncio.timeout(30):
                await tg.hub.ended()
        await tg.again()
        async with anna_at(tg) as anna:
            async with asyncio.timeout(60):
                while True:
                    (reply,) = [
                        t for t in await touches(anna, interaction_id) if t["direction"] == "outbound"
                    ]
                    if reply["delivery"] == "uncertain":
                        break
                    await asyncio.sleep(0.2)
            assert [len(one.text) for one in tg.bot.sent] == [MESSAGE_UNITS]


@pytest.mark.parametrize("way", WAYS if FULL else WAYS[:1])
async def test_what_comes_again_after_each_restart_is_there_once(tmp_path: Path, way: str) -> None:
    rng = random.Random(6)
    async with bot_hub(tmp_path, way) as tg:
        sent: list[str] = []
        for restart in range(RESTARTS + 1):
            for number in range(AGAIN if restart == 0 else 5):
                sent.append(f"{restart} {number}")
                tg.ivan.writes(tg.bot, sent[-1])
            await all_read(tg)
            await (tg.hub.kill() if rng.random() < 0.5 else tg.hub.stop())
            tg.bot.pending.extend(tg.bot.history[-AGAIN:])
            if rng.random() < 0.5:
                tg.bot.restart_ids(rng)
            await tg.again()
        await all_read(tg)
        assert inbound(tg) == sent
        assert rows(tg, "SELECT COUNT(*) FROM telegram_updates") == [(len(sent),)]


def rows(tg: BotHub, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{tg.folder / 'data' / 'hub.db'}?mode=ro", uri=True, timeout=10) as store:
        return store.execute(sql).fetchall()


def inbound(tg: BotHub) -> list[str]:
    found = rows(tg, "SELECT text FROM touches WHERE direction = 'inbound' ORDER BY interaction_id, seq")
    return [text for (text,) in found]


async def all_read(tg: BotHub, within_s: float = 60.0) -> None:
    """Until nothing waits at Telegram, nor in the hub."""
    await tg.bot.until_confirmed(within_s)
    async with asyncio.timeout(within_s):
        while rows(tg, "SELECT 1 FROM telegram_updates WHERE state = 'kept'"):
            await asyncio.sleep(0.1)
