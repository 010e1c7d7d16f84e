"""Whoever answers at the port of a mailbox and is none is told by what they say, and leaves no traceback in the log."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.channels.email.accounts import Accounts, Opened
from hub.channels.email.keeping import Keeping
from hub.channels.email.mailbox import MailboxTrouble, connected
from hub.channels.email.reader import MailboxReader
from hub.channels.email.signing_in import SignsIn
from hub.channels.email.standing import Standings
from hub.cluster.embedded.attachments import FolderAttachments
from hub.domain.mail_account import MailSecrets, MailServer, MailSetup, Security
from hub.domain.mail_told import Told
from tests.fakes.clock import FakeClock
from tests.fakes.letters import FakeLetters
from tests.fakes.mailroom import ACCOUNT
from tests.servers.smtp import SmtpLookAlike


def at(port: int) -> MailServer:
    return MailServer(host="127.0.0.1", port=port, security=Security.NONE, username="support")


@asynccontextmanager
async def greeting(*pieces: bytes, then: bytes = b"") -> AsyncIterator[int]:
    """The port of somebody who says these, each by itself, `then` after the first that is heard, and listens on."""
    over = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        with contextlib.suppress(ConnectionError):
            while not over.is_set() and (heard := await reader.readline()):
                writer.write(then.replace(b"%s", heard.split()[0]))
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            over.set()


async def trouble_at(port: int, *, answer_s: float = 5.0) -> Told:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    with pytest.raises(MailboxTrouble) as trouble:
        async with connected(at(port), SignsIn(password="secret"), answer_s=answer_s):
            pass
    for _ in range(3):  # what the library began ends
        await asyncio.sleep(0)
    assert complaints == []
    return trouble.value.told


async def test_a_server_for_sending_at_the_port_of_a_mailbox_is_said_to_be_none() -> None:
    async with SmtpLookAlike(password="secret") as server:
        told = await trouble_at(server.port)
    assert told.code == "not_imap"
    assert told.values == {"server": f"127.0.0.1:{server.port}", "quote": "220 look-alike ESMTP"}
    assert told.text.startswith(f"127.0.0.1:{server.port} is not an IMAP server: it greeted with “220 ")


@pytest.mark.parametrize(
    ("pieces", "code", "quote"),
    [
        ((b"220-mail.shop.test\r\n220 ESMTP\r\n",), "not_imap", "220-mail.shop.test"),
        ((b"22", b"0 mail.shop", b".test\r\n"), "not_imap", "220 mail.shop.test"),
        ((b"+OK POP3 ready\r\n",), "not_imap", "+OK POP3 ready"),
        ((b"SSH-2.0-OpenSSH\x1b[31m\r\n",), "not_imap", "SSH-2.0-OpenSSH [31m"),
        ((b"* OKAY then\r\n",), "not_imap", "* OKAY then"),
        ((b"\x00" * 600,), "not_imap", ""),
        ((b"y" * 600,), "not_imap", "y" * 160),
        ((b"* BYE too many of you\r\n",), "turned_away", "* BYE too many of you"),
    ],
)
async def test_what_is_no_greeting_is_quoted(pieces: tuple[bytes, ...], code: str, quote: str) -> None:
    async with greeting(*pieces) as port:
        told = await trouble_at(port)
    assert (told.code, told.values["quote"]) == (code, quote)


async def test_an_answer_that_cannot_be_read_ends_the_connection_and_nothing_else() -> None:
    # an answer to what nobody asked, and one that says the server is of no kind we know
    for then in (b"NOBODY1 OK\r\n", b"* CAPABILITY IMAP2\r\n%s OK\r\n"):
        async with greeting(b"* OK ready\r\n", then=then) as port:
            told = await trouble_at(port)
        assert told.code == "garbled"


async def test_a_server_that_greets_and_says_nothing_more_holds_nobody_up() -> None:
    async with greeting(b"* OK ready\r\n") as port:
        told = await trouble_at(port, answer_s=0.3)
    assert told.code == "no_answer"


async def test_the_account_says_so_and_the_log_has_one_line(tmp_path: Path) -> None:
    letters = FakeLetters()
    nothing: Any = None
    standings = Standings(
        Accounts(nothing, ACCOUNT.tenant_id, ask_for_token=nothing, changed=nothing), FakeClock()
    )
    over = asyncio.Event()

    async def pause(_: float) -> None:
        over.set()
        await asyncio.Event().wait()

    async with SmtpLookAlike(password="secret") as server:
        account = replace(ACCOUNT, setup=MailSetup(incoming=at(server.port)))
        opened = Opened(account=account, secrets=MailSecrets())
        standings._accounts._by_id[account.id] = opened
        reader = MailboxReader(
            opened,
            lambda: connected(at(server.port), SignsIn(), answer_s=5.0),
            letters,
            Keeping(letters, FolderAttachments(tmp_path), kept=lambda: None),
            FakeClock(),
            told=lambda word, trouble: standings.receiving(account.id, word, trouble),
            poll_s=1.0,
            idle_s=1.0,
            pause=pause,
        )
        with capture_logs() as lines:
            running = asyncio.ensure_future(reader.run())
            await asyncio.wait_for(over.wait(), 10)
            running.cancel()
            await asyncio.wait([running])
    (line,) = lines
    assert line == {
        "event": "mailbox_broken",
        "log_level": "warning",
        "account": account.name,
        "why": "not_imap",
        "greeting": "220 look-alike ESMTP",
    }
    (standing,) = standings.standings()
    assert standing.receiving == "broken"
    assert standing.trouble is not None
    assert standing.trouble.code == "not_imap"
