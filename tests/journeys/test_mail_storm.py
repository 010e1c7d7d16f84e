"""Letters that are delivered again and again, over several connections, to a hub that is killed: each is one touch."""

import asyncio
import os
import random
import sqlite3
from pathlib import Path

import aiosmtplib
import pytest

from tests.hubs import start_hub
from tests.journeys.test_mail import letter, mail_hub

MANY = os.environ.get("MAIL_MANY") == "1"
LETTERS = 2_000 if MANY else 200
KILLS = 6 if MANY else 2
CONNECTIONS = 4

pytestmark = pytest.mark.timeout(900 if MANY else 180)


def rows(data_dir: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{data_dir / 'hub.db'}?mode=ro", uri=True, timeout=10) as store:
        return store.execute(sql).fetchall()


async def test_every_letter_is_one_touch_however_often_it_comes(tmp_path: Path) -> None:
    rng = random.Random(4)
    deliveries = [(n, way) for n in range(LETTERS) for way in range(rng.choice((1, 2, 3, 4, 5)))]
    rng.shuffle(deliveries)
    acknowledged: set[int] = set()
    settings = {"SMTP_INTAKE__TRUSTED_ADDRESSES": '["127.0.0.0/8"]'}
    async with mail_hub(tmp_path) as mail:
        await mail.hub.stop()
        mail.hub = await start_hub(
            tmp_path / "data", settings={**mail.settings(), **settings}, port=mail.hub.port
        )
        waiting: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        for one in deliveries:
            waiting.put_nowait(one)

        async def deliver() -> None:
            while not waiting.empty():
                n, way = waiting.get_nowait()
                raw = f"Received: by way{way}\r\n".encode() + letter(f"number {n}", Message_ID=f"<n{n}@x>")
                try:
                    await mail.send(raw)
                    acknowledged.add(n)
                except (aiosmtplib.SMTPException, OSError, TimeoutError):
                    waiting.put_nowait((n, way))  # whoever was not answered sends again
                    await asyncio.sleep(0.05)

        async def kill() -> None:
            for part in range(1, KILLS + 1):
                while waiting.qsize() > len(deliveries) * (1 - part / (KILLS + 1)):
                    await asyncio.sleep(0.02)
                await mail.hub.kill()
                mail.hub = await start_hub(
                    tmp_path / "data", settings={**mail.settings(), **settings}, port=mail.hub.port
                )

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(kill())
                for _ in range(CONNECTIONS):
                    group.create_task(deliver())
            assert len(acknowledged) == LETTERS
            count = "SELECT COUNT(*), COUNT(DISTINCT text) FROM touches WHERE direction = 'inbound'"
            async with asyncio.timeout(120 if MANY else 60):
                while rows(tmp_path / "data", "SELECT 1 FROM letters WHERE state = 'kept'"):
                    await asyncio.sleep(0.2)
            assert rows(tmp_path / "data", count) == [(LETTERS, LETTERS)]
            assert rows(tmp_path / "data", "SELECT COUNT(*) FROM letters") == [(LETTERS,)]
        finally:
            await mail.hub.stop()
