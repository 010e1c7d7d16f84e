"""Mailboxes on real servers: what was kept stays kept, once, whatever the connection and the numbers do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.channels.email.accounts import Opened
from hub.channels.email.keeping import Keeping
from hub.channels.email.mailbox import Mailbox, MailboxTrouble, connected, letters_in, mutf7, quoted, uid_set
from hub.channels.email.reader import MailboxReader
from hub.channels.email.signing_in import SignsIn
from hub.cluster.embedded.attachments import FolderAttachments
from hub.domain.mail import LetterState
from hub.domain.mail_account import MailSecrets, MailServer, MailSetup, Security
from tests.fakes.clock import FakeClock
from tests.fakes.letters import FakeLetters
from tests.fakes.mailroom import ACCOUNT
from tests.servers.dovecot import dovecot
from tests.servers.pymap import Pymap, pymap

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module", params=["pymap", "dovecot"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Pymap]:
    async with pymap() if request.param == "pymap" else dovecot() as running:
        yield running


def raw(n: object, body: str = "Hello") -> bytes:
    return f"From: c@example.test\r\nMessage-ID: <m{n}@x>\r\nSubject: {n}\r\n\r\n{body}\r\n".encode()


_folders = iter(range(10_000))


@pytest.fixture
async def folder(server: Pymap) -> str:
    """A folder of the test's own."""
    name = f"Test{next(_folders)}"
    await server.commands(f"CREATE {name}")
    return name


class Reading:
    """A reader of one folder, on a store in memory."""

    def __init__(self, server: Pymap, folder: str, tmp: Path, **setup: Any) -> None:
        self.at = MailServer(host="127.0.0.1", port=server.port, security=Security.NONE, username=server.user)
        self.signs_in = SignsIn(password=server.password)
        self.store = FakeLetters()
        self.words: list[str] = []
        values: dict[str, Any] = {"incoming": self.at, "folder": folder, "import_old": True} | setup
        self.account = replace(ACCOUNT, setup=MailSetup(**values))
        self.keeping = Keeping(self.store, FolderAttachments(tmp), kept=lambda: None)
        self.wait_s = 2.0

    def open(self) -> contextlib.AbstractAsyncContextManager[Mailbox]:
        return connected(self.at, self.signs_in, answer_s=5.0)

    def reader(self) -> MailboxReader:
        return MailboxReader(
            Opened(account=self.account, secrets=MailSecrets()),
            self.open,
            self.store,
            self.keeping,
            FakeClock(),
            told=lambda word, trouble: self.words.append(f"{word} {trouble or ''}".strip()),
            poll_s=self.wait_s,
            idle_s=60.0,
            pause=self._pause,
        )

    async def _pause(self, _: float) -> None:
        await asyncio.sleep(0.05)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        job = asyncio.ensure_future(self.reader().run())
        try:
            yield
        finally:
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)

    async def until(self, done: Callable[[], bool], within_s: float = 30.0) -> None:
        async with asyncio.timeout(within_s):
            while not done():
                await asyncio.sleep(0.02)

    @property
    def kept(self) -> list[bytes]:
        return [letter.raw or b"" for letter in self.store.kept.values()]


async def test_what_is_there_and_what_comes_is_kept_in_order_and_marked(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    await server.put([raw(n) for n in range(3)], folder)
    reading = Reading(server, folder, tmp_path)
    async with reading.running():
        await reading.until(lambda: len(reading.kept) == 3)
        await server.put([raw(n) for n in range(3, 6)], folder)
        await reading.until(lambda: len(reading.kept) == 6)
        await asyncio.sleep(0.3)
    assert reading.kept == [raw(n) for n in range(6)]
    assert all("Seen" in flags for flags in await server.flags(folder))


async def test_a_letter_that_looks_like_the_protocol_comes_whole(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    nasty = [
        raw(1, "{10}\r\nA1 OK done\r\n* 5 EXISTS fake\r\n* 1 FETCH (UID 99 BODY[] {3}\r\n)"),
        raw(2, "Türkçe, русский " * 50),
        raw(3, "x" * 300_000),
        b"Subject: no end",
    ]
    await server.put(nasty, folder)
    reading = Reading(server, folder, tmp_path)
    async with reading.open() as box:
        await box.choose(folder)
        found = await box.letters(await box.uids_from(1))
    assert [found[uid].rstrip() for uid in sorted(found)] == [one.rstrip() for one in nasty]


async def test_a_reader_that_begins_again_goes_on_where_it_was(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    reading = Reading(server, folder, tmp_path)
    for n in range(3):
        await server.put([raw(n)], folder)
        async with reading.running():
            await reading.until(lambda count=n + 1: len(reading.kept) == count)  # type: ignore[misc]
    assert reading.kept == [raw(n) for n in range(3)]
    assert sum(map(len, reading.store.commits)) == 3  # each was brought once


async def test_many_letters_come_in_slices(server: Pymap, folder: str, tmp_path: Path) -> None:
    await server.put([raw(n) for n in range(450)], folder)
    reading = Reading(server, folder, tmp_path)
    async with reading.running():
        await reading.until(lambda: len(reading.kept) == 450, within_s=90)
    assert len([commit for commit in reading.store.commits if commit]) == 3


async def test_new_numbers_bring_nothing_twice_and_miss_nothing(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    reading = Reading(server, folder, tmp_path)
    letters = [raw(n) for n in range(20)]
    for life in range(4):
        await server.commands(f"DELETE {folder}", f"CREATE {folder}")
        await server.put([*reversed(letters), raw(f"new {life}")], folder)
        async with reading.running():
            await reading.until(lambda count=21 + life: len(reading.kept) == count)  # type: ignore[misc]
        await asyncio.sleep(1.1)  # Dovecot's UIDVALIDITY is a time in seconds
    assert len(reading.kept) == 24


async def test_what_lay_there_before_is_only_known_even_after_new_numbers(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    old = [raw(f"old {n}") for n in range(5)]
    await server.put(old, folder)
    reading = Reading(server, folder, tmp_path, import_old=False)
    async with reading.running():
        await reading.until(lambda: len(reading.store.kept) == 5)
        await server.put([raw("new")], folder)
        await reading.until(lambda: len(reading.store.kept) == 6)
    await asyncio.sleep(1.1)
    await server.commands(f"DELETE {folder}", f"CREATE {folder}")
    await server.put([raw("newer"), *old], folder)
    async with reading.running():
        await reading.until(lambda: len(reading.store.kept) == 7)

    states = [reading.store.states[letter.id] for letter in reading.store.kept.values()]
    assert states == [LetterState.BEFORE] * 5 + [LetterState.KEPT] * 2


async def test_read_letters_may_go_to_another_folder(server: Pymap, folder: str, tmp_path: Path) -> None:
    await server.put([raw(n) for n in range(3)], folder)
    reading = Reading(server, folder, tmp_path, read_folder=f"{folder}Read")
    async with reading.running():
        await reading.until(lambda: len(reading.kept) == 3)
        async with asyncio.timeout(10):
            while await server.flags(folder):
                await asyncio.sleep(0.1)
    assert len(await server.flags(f"{folder}Read")) == 3


async def test_a_wrong_password_and_a_missing_folder_say_so(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    reading = Reading(server, folder, tmp_path)
    with pytest.raises(MailboxTrouble) as refused:
        async with connected(reading.at, SignsIn(password="wrong"), answer_s=10):
            pass
    assert refused.value.stable_code == "sign_in_refused"
    async with reading.open() as box:
        with pytest.raises(MailboxTrouble) as missing:
            await box.choose("Nowhere")
    assert missing.value.stable_code == "no_folder"


async def test_a_letter_that_comes_while_others_are_read_is_not_waited_for(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    await server.put([raw(1)], folder)
    reading = Reading(server, folder, tmp_path)
    async with reading.open() as box:
        await box.choose(folder)
        (first,) = await box.uids_from(1)
        await server.put([raw(2)], folder)
        await box.mark_read(
            [first]
        )  # with the answer the server says that there are two now, and says it once
        async with asyncio.timeout(5):
            await box.wait_for_news(30)
        await box.choose(folder)
        assert len(await box.uids_from(first + 1)) == 1
        begun = asyncio.get_running_loop().time()
        await box.wait_for_news(0.5)  # nothing came since
        assert asyncio.get_running_loop().time() - begun >= 0.5


# --- a line that breaks ---


class Cable:
    """A proxy between reader and server that can be cut, or swallow what is said."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._writers: list[asyncio.StreamWriter] = []
        self.swallows = False
        self.port = 0

    @contextlib.asynccontextmanager
    async def laid(self) -> AsyncIterator["Cable"]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there, to = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers += [writer, to]
            await asyncio.gather(self._pump(reader, to), self._pump(there, writer), return_exceptions=True)
            writer.close()
            to.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not self.swallows:
                writer.write(data)
        writer.close()


async def test_a_cut_line_is_laid_again_and_nothing_is_missed(
    server: Pymap, folder: str, tmp_path: Path
) -> None:
    reading = Reading(server, folder, tmp_path)
    async with Cable(server.port).laid() as cable:
        reading.at = replace(reading.at, port=cable.port)
        async with reading.running():
            for n in range(4):
                await reading.until(lambda: reading.words[-1:] == ["waiting"])
                cable.cut()
                await server.put([raw(n)], folder)
                await reading.until(lambda count=n + 1: len(reading.kept) == count)  # type: ignore[misc]
    assert any(word.startswith("broken") for word in reading.words)


async def test_a_dead_line_is_noticed_when_idle_ends(server: Pymap, folder: str, tmp_path: Path) -> None:
    reading = Reading(server, folder, tmp_path)
    reading.wait_s = 0.5
    async with Cable(server.port).laid() as cable:
        reading.at = replace(reading.at, port=cable.port)
        async with reading.running():
            await reading.until(lambda: "waiting" in reading.words)
            cable.swallows = True
            await server.put([raw("meanwhile")], folder)
            await reading.until(lambda: any(word.startswith("broken") for word in reading.words))
            cable.swallows = False
            await reading.until(lambda: len(reading.kept) == 1)


# --- the library's answers, and ours ---


def test_numbers_as_imap_writes_them() -> None:
    assert uid_set([5, 1, 2, 3, 9, 10]) == "1:3,5,9:10"
    assert mutf7("Входящие & ğ") == "&BBIERQQ+BDQETwRJBDgENQ- &- &AR8-"
    assert quoted('a "b" \\c') == '"a \\"b\\" \\\\c"'
    for bad in ("a\r\nb", "ё", "\x00"):
        with pytest.raises(MailboxTrouble, match="ASCII"):
            quoted(bad)


def test_a_number_may_stand_after_its_letter() -> None:
    lines: list[bytes | bytearray] = [
        b"1 FETCH (BODY[] {3}",
        bytearray(b"one"),
        b" UID 7)",
        b"2 FETCH (UID 8 BODY[] {3}",
        bytearray(b"two"),
        b")",
        b"3 FETCH (UID 9 FLAGS (\\Seen))",
    ]
    assert letters_in(lines) == {7: b"one", 8: b"two"}
