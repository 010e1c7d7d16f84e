"""A mailbox that is made anew again and again under a running hub: nothing is imported twice, and nothing missed.

MAIL_MANY=1 (`make mail`): 500 letters; else fewer.
"""

import asyncio
import os
import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.clients import Agent
from tests.hubs import start_hub
from tests.journeys.test_mail import letter
from tests.journeys.test_mail_storm import rows
from tests.servers.dovecot import dovecot
from tests.servers.pymap import pymap

MANY = os.environ.get("MAIL_MANY") == "1"
LETTERS = 500 if MANY else 40
CHANGES = 10
WITHIN_S = 300.0 if MANY else 90.0

pytestmark = pytest.mark.timeout(3000 if MANY else 240)


@pytest.mark.parametrize("kind", ["dovecot", "pymap"])
async def test_new_numbers_bring_nothing_twice_and_miss_nothing(kind: str, tmp_path: Path) -> None:
    rng = random.Random(10)
    letters = [letter(f"number {n}", Message_ID=f"<n{n}@x>") for n in range(LETTERS)]
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(dovecot() if kind == "dovecot" else pymap())
        await box.commands("CREATE Work")
        await box.put(letters, "Work")
        hub = await start_hub(tmp_path / "data", settings={"CHANNELS__EMAIL__POLL_S": "1"})
        stack.push_async_callback(hub.stop)
        async with Agent(hub.url, "admin") as admin:
            queue_id = (await admin.get("/api/v1/queues"))["items"][0]["id"]
            here = {"host": "127.0.0.1", "port": box.port, "security": "none", "username": box.user}
            account = {
                "name": "support",
                "address": "support@hub.test",
                "queue_id": queue_id,
                "setup": {"incoming": here, "folder": "Work", "import_old": True},
                "secrets": {"incoming_password": box.password},
            }
            await admin.post("/api/v1/mail/accounts", account)

        async def known(lives: int, count: int) -> None:
            """In so many lives of the mailbox numbers were seen, in the newest so many."""
            async with asyncio.timeout(WITHIN_S):
                while True:
                    seen = rows(
                        hub.data_dir, "SELECT uidvalidity, COUNT(*) FROM letter_sources GROUP BY uidvalidity"
                    )
                    if len(seen) == lives and any(n == count for _, n in seen):
                        cursor = rows(hub.data_dir, "SELECT uidvalidity FROM mail_cursors")
                        if (*cursor[0], count) in seen:
                            return
                    await asyncio.sleep(0.1)

        await known(1, LETTERS)
        for life in range(1, CHANGES + 1):
            letters.append(letter(f"new {life}", Message_ID=f"<new{life}@x>"))
            rng.shuffle(letters)
            await asyncio.sleep(1.1)  # Dovecot's UIDVALIDITY is a time in seconds
            await box.commands(f"RENAME Work Old{life}", "CREATE Work")
            await box.put(letters, "Work")
            await known(life + 1, len(letters))
        async with asyncio.timeout(WITHIN_S):
            while rows(hub.data_dir, "SELECT 1 FROM letters WHERE state = 'kept'"):
                await asyncio.sleep(0.2)
        texts = rows(hub.data_dir, "SELECT text FROM touches WHERE direction = 'inbound'")
        wanted = [f"number {n}" for n in range(LETTERS)] + [f"new {n}" for n in range(1, CHANGES + 1)]
        assert sorted(str(text) for (text,) in texts) == sorted(wanted)
