"""One chat that writes a thousand messages a second, while others want to be heard."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from tests.journeys.test_telegram import bot_hub
from tests.journeys.test_telegram_killed import all_read, inbound, rows

FULL = os.environ.get("TELEGRAM_FULL") == "1"
SECONDS = 10 if FULL else 1
RATE = 1_000
OTHERS = 20 * SECONDS

pytestmark = pytest.mark.timeout(900 if FULL else 120)


async def test_a_chat_that_storms_delays_itself_only(tmp_path: Path) -> None:
    async with bot_hub(tmp_path) as tg:
        busy = tg.api.person(1, "Busy")
        others = {str(100 + n): tg.api.person(100 + n, "Other") for n in range(OTHERS)}
        wrote_at: dict[str, float] = {}
        begun, number = time.time(), 0
        waiting = list(others)
        while number < RATE * SECONDS:
            due = min(int((time.time() - begun) * RATE), RATE * SECONDS)
            while number < due:
                busy.writes(tg.bot, f"busy {number}")
                number += 1
            while waiting and len(waiting) > OTHERS * (1 - (time.time() - begun) / SECONDS):
                name = waiting.pop()
                others[name].writes(tg.bot, name)
                wrote_at[name] = time.time()
            await asyncio.sleep(0.01)
        for name in waiting:
            others[name].writes(tg.bot, name)
            wrote_at[name] = time.time()
        async with asyncio.timeout(60):
            while (
                len(heard := rows(tg, f"SELECT text, at, seq FROM touches WHERE text IN {tuple(others)}"))
                < OTHERS
            ):
                await asyncio.sleep(0.05)
        stored = rows(tg, "SELECT COUNT(*) FROM touches WHERE text LIKE 'busy%'")[0][0]
        waits = sorted(at / 1e6 - wrote_at[text] for text, at, _ in heard)
        print(f"\nothers: p50 {waits[len(waits) // 2]:.2f} s, p99 {waits[int(len(waits) * 0.99)]:.2f} s;")  # noqa: T201
        print(f"of the busy chat {stored} of {RATE * SECONDS} were stored when all others were")  # noqa: T201
        await all_read(tg, within_s=600)
        texts = inbound(tg)
        assert [t for t in texts if t.startswith("busy")] == [f"busy {n}" for n in range(RATE * SECONDS)]
        assert sorted(t for t in texts if not t.startswith("busy")) == sorted(others)
