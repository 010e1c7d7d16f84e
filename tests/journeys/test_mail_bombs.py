"""Every letter made to cost, through a whole hub and among good letters: none is lost, none stops another, and the hub
does not grow without bound."""

import asyncio
import itertools
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from tests.clients import Agent
from tests.journeys.test_mail import MailHub, letter, mail_hub
from tests.mail_bombs import BOMBS

pytestmark = pytest.mark.timeout(300)

AT_ONCE = 3
EACH_S = 0.2
"""From one good letter to the next."""

LONGEST_S = 120.0
MEMORY_MIB = 2_048
"""Of the hub and its readers: four readers of 512 MiB at most would be that alone (docs/email.md)."""


def rows(data_dir: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{data_dir / 'hub.db'}?mode=ro", uri=True, timeout=10) as store:
        return store.execute(sql).fetchall()


def resident_mib(pid: int) -> float:
    """What a process and its children have in memory, in MiB; whoever is gone has none."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * 4096 / 2**20 + sum(resident_mib(int(child)) for child in children)


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Storm:
    """Bombs on some connections, good letters on another, and the clock on both."""

    def __init__(self, mail: MailHub) -> None:
        self.mail = mail
        self.data = mail.folder / "data"
        self.refused: dict[str, int] = {}
        self.accepted: list[str] = []
        self.good: dict[str, float] = {}
        self.delays: dict[str, float] = {}
        self.memory_mib = 0.0
        self._bombs = iter(BOMBS.items())
        self._is_over = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            writing = group.create_task(self._write())
            await asyncio.gather(*(self._throw() for _ in range(AT_ONCE)))
            self._is_over.set()
            await writing
            async with asyncio.timeout(LONGEST_S):
                while len(self.delays) < len(self.good) or self._is_any_waiting():
                    await asyncio.sleep(0.2)
            watching.cancel()

    def _is_any_waiting(self) -> bool:
        return bool(rows(self.data, "SELECT 1 FROM letters WHERE state = 'kept' LIMIT 1"))

    async def _throw(self) -> None:
        for name, made in self._bombs:
            raw = (await asyncio.to_thread(made)).replace(b"<bomb@", f"<{name}@".encode())
            try:
                await self.mail.send(raw)
            except aiosmtplib.SMTPResponseException as error:
                self.refused[name] = error.code
            else:
                self.accepted.append(name)

    async def _write(self) -> None:
        for number in itertools.count():
            if self._is_over.is_set() and number >= 20:
                return
            text = f"good {number}"
            await self.mail.send(letter(text, Message_ID=f"<good{number}@client.test>"))
            self.good[text] = asyncio.get_running_loop().time()
            await asyncio.sleep(EACH_S)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for (text,) in rows(self.data, "SELECT text FROM touches WHERE text LIKE 'good %'"):
                if text in self.good:
                    self.delays.setdefault(text, loop.time() - self.good[text])
            self.memory_mib = max(self.memory_mib, resident_mib(self.mail.hub.process.pid))
            await asyncio.sleep(0.1)


async def loop_lag_p99_s(hub_url: str) -> str:
    """The bucket of the hub's own histogram in which 99 of 100 wakings lie."""
    async with Agent(hub_url, "admin") as admin:
        answer = await admin.ask("GET", "/metrics")
    buckets = [
        (line.split('le="')[1].split('"')[0], float(line.rsplit(" ", 1)[1]))
        for line in answer.body.decode().splitlines()
        if line.startswith("touchline_loop_lag_seconds_bucket")
    ]
    return str(next(le for le, count in buckets if count >= 0.99 * buckets[-1][1]))


async def test_bombs_are_kept_or_refused_and_good_letters_pass_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with mail_hub(tmp_path) as mail:
        storm = Storm(mail)
        await storm.run()
        lag = await loop_lag_p99_s(mail.hub.url)
        delays = list(storm.delays.values())
        with capsys.disabled():
            print(  # noqa: T201
                f"\n{len(BOMBS)} bombs, {len(delays)} good letters: delay p50 {quantile(delays, 0.5):.2f} s, "
                f"p99 {quantile(delays, 0.99):.2f} s, longest {max(delays):.2f} s; loop lag p99 <= {lag} s; "
                f"memory at most {storm.memory_mib:.0f} MiB; refused {storm.refused}"
            )
        # a refusal is for good, told with the reason, and only what is longer than any letter may be gets one
        assert set(storm.refused.values()) <= {552}
        assert len(storm.accepted) + len(storm.refused) == len(BOMBS)
        (kept,) = rows(storm.data, "SELECT COUNT(*) FROM letters")
        assert kept == (len(storm.accepted) + len(storm.good),)
        states = {state for (state,) in rows(storm.data, "SELECT DISTINCT state FROM letters")}
        assert states <= {"stored", "unreadable"}
        (shown,) = rows(storm.data, "SELECT COUNT(*) FROM letters WHERE touch_id IS NOT NULL")
        assert shown == kept
        assert set(storm.delays) == set(storm.good)
        assert 0 < storm.memory_mib < MEMORY_MIB
        assert "Traceback" not in mail.hub.log.read_text()
