"""How an account is doing, and what trying it out tells: of each half, whatever becomes of the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from hub.channels.email import smtp, standing
from hub.channels.email.accounts import Accounts, Opened
from hub.channels.email.channel import EMail
from hub.channels.email.composing import Composed
from hub.domain.errors import ChannelRefused, ChannelUnavailable
from hub.domain.ids import DEFAULT_TENANT, MailAccountId, QueueId
from hub.domain.mail_account import MailAccount, MailSecrets, MailServer, MailSetup, Security
from tests.fakes.clock import FakeClock
from tests.servers.smtp import SmtpLookAlike


def account(incoming: int, outgoing: int) -> MailAccount:
    def server(port: int) -> MailServer:
        return MailServer(host="127.0.0.1", port=port, security=Security.NONE, username="support")

    return MailAccount(
        id=MailAccountId("a1"),
        tenant_id=DEFAULT_TENANT,
        name="support",
        address="support@hub.test",
        queue_id=QueueId("q1"),
        setup=MailSetup(incoming=server(incoming), outgoing=server(outgoing)),
    )


def the_accounts() -> Accounts:
    nothing: Any = None
    return Accounts(nothing, DEFAULT_TENANT, ask_for_token=nothing, changed=lambda: None)


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """The port of a server that says nothing."""
    said_goodbye = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await said_goodbye.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            said_goodbye.set()


async def test_a_silent_half_is_named_and_the_other_has_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_TRY_S", 0.5)
    standings = standing.Standings(the_accounts(), FakeClock())
    async with silent() as port, SmtpLookAlike(password="secret") as server:
        tried = await standings.try_out(account(port, server.port), MailSecrets(incoming_password="secret"))
    assert [(one.part, one.ok, one.told.code) for one in tried] == [
        ("incoming", False, "no_answer_within"),
        ("outgoing", True, "server_answers"),
    ]


async def test_both_halves_may_be_silent_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_TRY_S", 0.5)
    standings = standing.Standings(the_accounts(), FakeClock())
    async with silent() as one, silent() as other:
        tried = await standings.try_out(account(one, other), MailSecrets(incoming_password="secret"))
    assert [one.ok for one in tried] == [False, False]
    assert f"127.0.0.1:{other} did not answer" in tried[1].told.text
    assert tried[1].told.values == {"server": f"127.0.0.1:{other}", "seconds": "0.5"}


async def test_a_server_that_refuses_a_letter_answers_and_is_not_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts, told = the_accounts(), list[tuple[str, str | None]]()
    answers: list[Exception] = [
        ChannelUnavailable("nobody listens", code="mail_server_unreachable"),
        ChannelRefused("550 no such user", code="mail_server_refused"),
    ]

    async def handed_over(*_: object, **__: object) -> tuple[str, ...]:
        raise answers.pop(0)

    class Sending(EMail):
        def _ready(self, _: Any) -> tuple[Opened, MailServer]:
            server: Any = None
            return accounts.as_if(account(1, 2), MailSecrets()), server

        async def _composed(self, *_: object) -> Composed:
            return Composed(message_id="m", envelope_from="", recipients=(), raw=b"")

    monkeypatch.setattr(smtp, "handed_over", handed_over)
    nothing: Any = None
    channel = Sending(
        tenant_id=DEFAULT_TENANT,
        accounts=accounts,
        letters=nothing,
        attachments=nothing,
        clock=nothing,
        key=b"",
        run=nothing,
        sent=lambda account_id, trouble: told.append((account_id, None if trouble is None else trouble.text)),
    )
    message: Any = SimpleNamespace(account="email:support", by_machine=False)
    for expected in (ChannelUnavailable, ChannelRefused):
        with pytest.raises(expected):
            await channel.send(message)
    assert told == [("a1", "nobody listens"), ("a1", None)]
