"""Keeping and reading letters on fakes: a store in memory, and a reader that reads as the test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.channels.email.incoming import Incoming
from hub.channels.email.keeping import Brought, Keeping
from hub.channels.email.ours import Ours
from hub.cluster.embedded.attachments import FolderAttachments
from hub.domain.ids import DEFAULT_TENANT, MailAccountId, QueueId
from hub.domain.letter import Letter, MailAddress
from hub.domain.mail import LetterWay
from hub.domain.mail_account import AutoAnswer, MailAccount, MailRule, MailSetup, RuleField
from tests.fakes.clock import FakeClock
from tests.fakes.inbox import FakeInbox
from tests.fakes.letters import FakeLetters

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = b"k" * 32
ACCOUNT = MailAccount(
    id=MailAccountId("a1"),
    tenant_id=DEFAULT_TENANT,
    name="support",
    address="support@hub.test",
    queue_id=QueueId("q1"),
    setup=MailSetup(
        rules=(MailRule(looks_at=RuleField.SUBJECT, contains="gone", queue_id=QueueId("gone")),),
        auto_answer=AutoAnswer(texts={"en": "We have your letter.", "tr": "Mektubunuzu aldık."}),
    ),
)


def brought(text: str = "one", **more: Any) -> Brought:
    raw = f"From: client@example.test\r\nSubject: {text}\r\n\r\n{text}\r\n".encode()
    values: dict[str, Any] = {"raw": raw, "way": LetterWay.SMTP, "received_at": NOW}
    return Brought(**(values | more))


class FakeReader:
    """Reads as the test says. `read_of` may raise."""

    def __init__(self) -> None:
        self.read_of: Callable[[bytes], Letter] = self.plain
        self.asked: list[Ours | None] = []

    async def read(self, raw: bytes, ours: Ours | None = None) -> Letter:
        self.asked.append(ours)
        return self.read_of(raw)

    @staticmethod
    def plain(raw: bytes, **more: Any) -> Letter:
        text = raw.decode().rpartition("\r\n\r\n")[2].strip()
        values: dict[str, Any] = {
            "content_sha256": "x",
            "size_bytes": len(raw),
            "from_": MailAddress(address="client@example.test"),
            "subject": text,
            "text": text,
            "language": "tr",
        }
        return Letter(**(values | more))


class MailRoom:
    """Keeping and reading on fakes."""

    def __init__(self, folder: Path, letters: Callable[[FakeInbox], FakeLetters] | None = None) -> None:
        self.clock = FakeClock(NOW)
        self.inbox = FakeInbox(self.clock)
        self.store = letters(self.inbox) if letters else FakeLetters()
        self.reader = FakeReader()
        self.attachments = FolderAttachments(folder)
        self.told: list[str] = []
        self.ours: set[str] = set()
        self.retired: set[QueueId] = set()
        self.incoming = Incoming(
            tenant_id=ACCOUNT.tenant_id,
            store=self.store,
            inbox=self.inbox,
            attachments=self.attachments,
            reader=self.reader,
            clock=self.clock,
            key=KEY,
            account_of=lambda account_id: ACCOUNT if account_id == ACCOUNT.id else None,
            is_ours=lambda address: address in self.ours,
            takes_work=lambda queue_id: queue_id not in self.retired,
            told=lambda _, outcome: self.told.append(outcome),
            pause=self._pause,
        )
        self.keeping = Keeping(self.store, self.attachments, kept=self.incoming.wake)

    async def _pause(self, _: float) -> None:
        await asyncio.sleep(0)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not done():
                await asyncio.sleep(0.001)

    def later(self, seconds: float) -> None:
        """Time goes by, and the reading looks."""
        self.clock.advance(seconds)
        self.incoming.wake()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["MailRoom"]:
        """Keeping and reading, while the block lasts."""
        jobs = [asyncio.ensure_future(job) for job in (self.keeping.run(), self.incoming.run())]
        try:
            yield self
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
