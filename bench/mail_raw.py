"""The raw pipeline for letters: `python -m bench.mail_raw SETUP`; see `bench.raw` for all that is not of letters.

As many processes as the hub has readers parse letters by the standard library, eight at a time, and keep long letters
and files in a folder, by hash, on disk. What a batch makes is one transaction: the rows of a touch, and those of its
letter, its ids, its sender, and its HTML. It leaves out what a letter may do to who reads it: limits, a second look at
what is broken, processes that may be killed; safe HTML, quotes, languages, charsets that are not named; what a letter
proves, whether it is there already, threads, rules, automatic answers; and that a letter is kept before it is read.
"""

import asyncio
import hashlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec

from bench.fed_hub import Setup
from bench.feed import Done, Fed
from bench.floor import address_of
from bench.harness import cpu_s
from bench.mail_hub import ACCOUNT, furnish_mail
from bench.mail_letters import OUR_ADDRESS, letter_of
from bench.raw import TABLES, WHY, RawPipeline, Rows, serve, written
from crm_store.engine import Database
from crm_store.mapping import columns
from crm_store.rows.history import touches
from crm_store.rows.mail import letter_bodies, letters, mail_accounts, mail_ids, mail_participants
from hub.channels.email.keeping import IN_ROW_BYTES
from hub.channels.email.settings import EmailSettings
from hub.cli.loop import until_stopped
from hub.crm.names import fold
from hub.domain.ids import DEFAULT_TENANT
from hub.ids import new_id

_READERS = EmailSettings.model_validate({}).readers
_AT_ONCE = 8


class Parsed(msgspec.Struct, frozen=True, gc=False):
    """What the standard library says of a letter."""

    sha256: str
    size_bytes: int
    raw: bytes | None
    address: str
    message_id: str
    references: tuple[str, ...]
    head: str
    text: str
    html: str
    files: str


def _end_with(parent: int) -> None:
    """The pipeline ends without a word to those who parse for it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)  # in a thread of its own: nothing tells a process that its parent was killed
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def parsed(raws: Sequence[bytes], folder: str) -> list[Parsed]:
    """The letters, with their files in the folder."""
    return [_parsed(one, Path(folder)) for one in raws]


def _parsed(whole: bytes, folder: Path) -> Parsed:
    message = message_from_bytes(whole, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, html, files = "", "", []
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is None and kind == "text/plain":
            text = text or content.decode(part.get_content_charset("utf-8"))
        elif part.get_filename() is None and kind == "text/html":
            html = html or content.decode(part.get_content_charset("utf-8"))
        else:
            kept = {"sha256": _kept(content, folder), "name": part.get_filename(), "media_type": kind}
            files.append({**kept, "size_bytes": len(content)})
    sender = message["From"].addresses[0]
    to = [{"address": one.addr_spec, "name": one.display_name} for one in message["To"].addresses]
    head = {
        "subject": str(message["Subject"]),
        "sender": {"address": sender.addr_spec, "name": sender.display_name},
        "to": to,
        "message_id": str(message["Message-ID"]).strip("<>"),
        "has_html": bool(html),
    }
    references = tuple(one.strip("<>") for one in str(message["References"] or "").split())
    is_long = len(whole) > IN_ROW_BYTES
    return Parsed(
        sha256=_kept(whole, folder) if is_long else hashlib.sha256(whole).hexdigest(),
        size_bytes=len(whole),
        raw=None if is_long else whole,
        address=sender.addr_spec,
        message_id=head["message_id"],  # type: ignore[arg-type]
        references=references,
        head=msgspec.json.encode({**head, "references": references}).decode(),
        text=text,
        html=html,
        files=msgspec.json.encode(files).decode(),
    )


def _kept(content: bytes, folder: Path) -> str:
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, content)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
    return digest


class RawMail(RawPipeline):
    """See the module."""

    tables = (
        *((table, names) for table, names in TABLES if table is not touches),
        (touches, written(touches)),
        (letters, written(letters, "handled_at", "handled_by", "handled_name", "handled_note")),
        *((one, written(one)) for one in (letter_bodies, mail_ids, mail_participants)),
    )

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._files = self.folder / "files"
        self._files.mkdir()
        self._unread: deque[tuple[Fed, bytes, Done]] = deque()
        self._came = asyncio.Event()
        self._read: dict[int, Parsed] = {}
        self._pools = [
            ProcessPoolExecutor(1, initializer=_end_with, initargs=(os.getpid(),)) for _ in range(_READERS)
        ]
        for pool in self._pools:
            pool.submit(parsed, [], "").result()
        self._account_id = ""

    async def learn(self, database: Database) -> None:
        """And the account of mail."""
        await super().learn(database)
        async with database.snapshot() as wire:
            rows = await wire.fetch(f"SELECT {columns(mail_accounts)} FROM mail_accounts")
        self._account_id = rows[0][0]

    def take(self, fed: Fed, raw: bytes, done: Done) -> None:
        """From the feed, of which only the numbers are wanted."""
        del raw
        sender = address_of(int(fed.visitor.rpartition("-")[2]))
        self._unread.append((fed, letter_of(fed, sender), done))
        self._came.set()

    async def run(self) -> None:
        """Read and write, each what waits."""
        async with asyncio.TaskGroup() as group:
            group.create_task(super().run())
            for pool in self._pools:
                group.create_task(self._reading(pool))

    async def _reading(self, pool: ProcessPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._came.wait()
            some = [self._unread.popleft() for _ in range(min(_AT_ONCE, len(self._unread)))]
            if not self._unread:
                self._came.clear()
            if not some:
                continue
            found = await loop.run_in_executor(pool, parsed, [one for _, one, _ in some], str(self._files))
            for (fed, _, done), letter in zip(some, found, strict=True):
                self._read[fed.number] = letter
                super().take(fed, b"", done)

    def cpu_s(self) -> float:
        """With those who parse."""
        pids = [pid for pool in self._pools for pid in pool._processes]
        return time.process_time() + cpu_s(pids)

    def rows(self, rows: Rows, fed: Fed, raw: bytes, agent_id: str, at: int) -> None:
        """Add the rows of a letter."""
        del raw
        letter = self._read.pop(fed.number)
        tenant, queue, person = DEFAULT_TENANT, self.queue_id, self.persons[letter.address]
        interaction, session, item, touch, letter_id = (new_id() for _ in range(5))
        account, thread = f"email:{ACCOUNT}", letter.sha256[:40]
        into = [some.append for some in rows]
        into[0]((interaction, tenant, person, "email", queue, "en", "open", at, *[None] * 5, 3, 1))
        into[1]((session, tenant, interaction, "email", account, thread, letter.address, at, None))
        into[2](
            (item, tenant, interaction, person, queue, "email", "mail", "en", '{"lang:en":1}', 0, "offered",
             at, at, at, at, at, at + 3_600_000_000, None, None, None, agent_id, None, 1, 1, 2)
        )  # fmt: skip
        into[3](
            (new_id(), tenant, item, interaction, queue, agent_id, "offered", 1, at, at + 3_600_000_000, None,
             None, "", WHY)
        )  # fmt: skip
        into[4]((tenant, interaction, item, queue, None, "queue", at, at))
        head = (tenant, person, at)
        into[5]((interaction, 1, *head, "interaction_opened", None, queue, None, "open", "email"))
        into[5]((interaction, 2, *head, "work_stepped", item, queue, None, "queued", "new"))
        into[6]((tenant, touch, interaction, at, fold(letter.text)))
        into[7](
            (touch, tenant, interaction, session, person, 3, "email", account, letter.sha256, "inbound",
             "message", at, None, letter.text, letter.files, None, "received", "", 0, None, None, None,
             letter.sha256, b"", letter.head)
        )  # fmt: skip
        is_long = letter.raw is None
        into[8](
            (letter_id, tenant, self._account_id, letter.sha256, "smtp", at, letter.address,
             f'["{OUR_ADDRESS}"]', letter.size_bytes, letter.raw, letter.sha256 if is_long else None, "stored",
             1, None, touch, "[]")
        )  # fmt: skip
        if letter.html:
            into[9]((touch, tenant, letter.html, ""))
        for one in (*letter.references, letter.message_id):
            seen = one == letter.message_id
            into[10]((tenant, one, account, thread, interaction, person, seen))
        into[11]((tenant, account, thread, letter.address))


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    until_stopped(lambda stop: serve(setup, stop, RawMail, furnish_mail))


if __name__ == "__main__":
    main(sys.argv[1])
