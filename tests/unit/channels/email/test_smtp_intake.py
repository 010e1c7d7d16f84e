"""Letters by SMTP and LMTP: each recipient's word is true, nothing is promised that is not kept, and nobody can make
the intake cost more than it may."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiosmtplib
import pytest

from hub.channels.email import limits
from hub.channels.email.keeping import Brought
from hub.channels.email.settings import SmtpIntakeSettings
from hub.channels.email.smtp_intake import SmtpIntake
from hub.channels.email.smtp_session import PIECE_BYTES
from hub.domain.errors import Invalid, Unavailable
from hub.domain.ids import MailAccountId, QueueId, TenantId
from hub.domain.mail import LetterWay
from hub.domain.mail_account import MailAccount
from tests.fakes.clock import FakeClock
from tests.ports import free_port

SUPPORT, SALES = (
    MailAccount(
        id=MailAccountId(name),
        tenant_id=TenantId("t1"),
        name=name,
        address=f"{name}@hub.test",
        queue_id=QueueId("q1"),
    )
    for name in ("support", "sales")
)
RAW = b"From: client@example.test\r\nSubject: x\r\n\r\nHello\r\n..dot\r\n"


class Intake:
    """An intake that keeps letters in a list."""

    def __init__(self, **settings: Any) -> None:
        self.kept: list[tuple[str, Brought]] = []
        self.words: list[str] = []
        self.fails: Callable[[MailAccount], Exception | None] = lambda _: None
        self.gate = asyncio.Event()
        self.gate.set()
        chosen = SmtpIntakeSettings(enabled=True, port=0, **settings)
        self.intake = SmtpIntake(
            chosen,
            FakeClock(),
            account_at=self._at,
            is_off_at=lambda address: address == "off@hub.test",
            keep=self._keep,
            counted=self.words.append,
        )

    def _at(self, address: str) -> MailAccount | None:
        return {"support@hub.test": SUPPORT, "sales@hub.test": SALES}.get(address.lower())

    async def _keep(self, account: MailAccount, brought: Brought) -> bool:
        await self.gate.wait()
        if error := self.fails(account):
            raise error
        self.kept.append((account.name, brought))
        return True

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Intake"]:
        async with self.intake.opened():
            yield self

    async def raw(self, *lines: bytes, port: int = 0) -> bytes:
        """All that is answered to these lines, sent one after the other."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port or self.intake.port)
        said = await reader.readline()
        for line in lines:
            writer.write(line)
            await writer.drain()
            try:
                async with asyncio.timeout(20):
                    while True:
                        answer = await reader.readline()
                        said += answer
                        if not answer or answer[3:4] == b" ":
                            break
            except TimeoutError:
                said += b"(silence)"
        writer.close()
        return said


async def sent(intake: Intake, *to: str, raw: bytes = RAW) -> Any:
    return await aiosmtplib.send(
        raw,
        sender="client@example.test",
        recipients=list(to),
        hostname="127.0.0.1",
        port=intake.intake.port,
        start_tls=False,
    )


async def test_a_letter_is_kept_as_it_came() -> None:
    async with Intake().open() as intake:
        await sent(intake, "support@hub.test")

    ((name, brought),) = intake.kept
    assert (name, brought.raw, brought.way) == ("support", RAW, LetterWay.SMTP)
    assert (brought.envelope_from, brought.envelope_to) == ("client@example.test", ("support@hub.test",))
    assert intake.words == ["kept"]


async def test_nothing_is_promised_before_it_is_kept() -> None:
    async with Intake().open() as intake:
        intake.gate.clear()
        sending = asyncio.ensure_future(sent(intake, "support@hub.test"))
        await asyncio.sleep(0.3)
        assert not sending.done()
        intake.gate.set()
        await sending


async def test_a_letter_for_two_accounts_is_kept_for_both() -> None:
    async with Intake().open() as intake:
        await sent(intake, "support@hub.test", "sales@hub.test")
    assert [name for name, _ in intake.kept] == ["support", "sales"]


async def test_dots_are_doubled_and_undone_wherever_a_piece_ends() -> None:
    # RFC 5321 section 4.5.2; the letter is longer than what is read at once, and a line of dots ends at each place
    lines = b"".join(b"." * (n % 4) + b"x" * (n % 7) + b"\r\n" for n in range(20_000))
    async with Intake().open() as intake:
        for more in range(9):
            raw = b".first\r\n" + b"y" * more + b"\r\n" + lines
            await intake.raw(
                *BEFORE, raw.replace(b"\r\n.", b"\r\n..").replace(b".first", b"..first", 1) + b".\r\n"
            )
            assert intake.kept[-1][1].raw == raw
        said = await intake.raw(*BEFORE, b".\r\n", b"NOOP\r\n")
        assert intake.kept[-1][1].raw == b""
        assert said.endswith(b"250 OK\r\n")


async def test_what_was_sent_before_it_was_asked_for_is_no_other_letter() -> None:
    async with Intake().open() as intake:
        await intake.raw(b"".join(BEFORE) + b"Subject: early\r\n\r\n..x\r\n.\r\nQUIT\r\n")
    assert [brought.raw for _, brought in intake.kept] == [b"Subject: early\r\n\r\n.x\r\n"]


async def test_who_is_not_here_is_refused() -> None:
    async with Intake().open() as intake:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await sent(intake, "nobody@hub.test")
        errors, _ = await sent(intake, "support@hub.test", "nobody@hub.test")
        assert list(errors) == ["nobody@hub.test"]


async def test_letters_to_an_account_that_is_disabled_may_come_later() -> None:
    async with Intake().open() as intake:
        said = await intake.raw(*BEFORE[:2], b"RCPT TO:<off@hub.test>\r\n")
    assert said.splitlines()[-1].startswith(b"451 4.2.1")


async def test_what_cannot_be_kept_now_may_come_again() -> None:
    async with Intake().open() as intake:
        intake.fails = lambda account: Unavailable("the disk is full") if account is SALES else None
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await sent(intake, "support@hub.test", "sales@hub.test")
        assert refused.value.code == 451  # the one that has it knows it again


@pytest.mark.parametrize(("code", "status"), [("too_large", b"552 5.3.4"), ("bad_value", b"554 5.6.0")])
async def test_only_what_is_too_large_is_called_so(code: str, status: bytes) -> None:
    async with Intake().open() as intake:
        intake.fails = lambda _: Invalid("no", code=code)
        assert status in await intake.raw(*BEFORE, RAW + b".\r\n")


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80", b"\x00", b"\x7f", b"\xc2\x85"])
async def test_an_address_that_no_store_can_keep_is_refused_by_itself(bad: bytes) -> None:
    async with Intake().open() as intake:
        said = await intake.raw(BEFORE[0], b"MAIL FROM:<a" + bad + b"@b.test>\r\n", b"NOOP\r\n")
        assert said.splitlines()[-2][:1] == b"5"
        assert said.endswith(b"250 OK\r\n")
        said = await intake.raw(*BEFORE[:2], b"RCPT TO:<support" + bad + b"@hub.test>\r\n", b"NOOP\r\n")
        assert said.splitlines()[-2][:1] == b"5"
        await intake.raw(
            b"EHLO x\r\n", "MAIL FROM:<ö@b.test> SMTPUTF8\r\n".encode(), *BEFORE[2:], RAW + b".\r\n"
        )
    assert [brought.envelope_from for _, brought in intake.kept] == ["ö@b.test"]


async def test_a_fault_of_ours_is_no_promise() -> None:
    async with Intake().open() as intake:
        intake.fails = lambda _: RuntimeError("a bug")
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await sent(intake, "support@hub.test", raw=RAW + b"y" * (2 * PIECE_BYTES) + b"\r\n")
        assert refused.value.code == 451


async def test_lmtp_says_a_word_for_each_recipient() -> None:
    async with Intake(lmtp_port=free_port()).open() as intake:
        intake.fails = lambda account: Unavailable("the disk is full") if account is SALES else None
        said = await intake.raw(
            b"LHLO x\r\n",
            b"MAIL FROM:<>\r\n",
            b"RCPT TO:<support@hub.test>\r\n",
            b"RCPT TO:<sales@hub.test>\r\n",
            b"DATA\r\n",
            RAW + b".\r\n",
            b"NOOP\r\n",
            port=intake.intake.lmtp_port,
        )
    assert b"\r\n250 2.0.0 kept\r\n451 4.3.0" in said
    assert intake.kept[0][1].envelope_from == ""


# --- what may not be done with it ---

BEFORE = (b"EHLO x\r\n", b"MAIL FROM:<a@b.test>\r\n", b"RCPT TO:<support@hub.test>\r\n", b"DATA\r\n")


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r"])
async def test_no_second_letter_hides_within_the_first(end: bytes) -> None:
    hidden = (
        b"Subject: x\r\n\r\nHi" + end + b"MAIL FROM:<boss@hub.test>\r\nRCPT TO:<sales@hub.test>\r\nDATA\r\n"
    )
    async with Intake().open() as intake:
        await intake.raw(*BEFORE, hidden + b"Subject: fake\r\n\r\nfake\r\n.\r\n")
    assert [name for name, _ in intake.kept] == ["support"]
    assert b"fake" in intake.kept[0][1].raw


async def test_a_letter_that_is_too_large_is_refused_and_the_connection_goes_on() -> None:
    big = b"x" * 1000 + b"\r\n"
    async with Intake().open() as intake:
        said = await intake.raw(
            *BEFORE, big * (limits.RAW_BYTES // len(big) + 1) + b".\r\n", b"NOOP\r\n", b"QUIT\r\n"
        )
        assert b"552 5.3.4" in said
        assert said.endswith(b"221 Bye\r\n")
        assert not intake.kept
        await sent(intake, "support@hub.test")
        assert len(intake.kept) == 1


async def test_long_lines_are_taken_whole() -> None:
    raw = b"Subject: x\r\n\r\n" + b"y" * 200_000 + b"\r\n"
    async with Intake().open() as intake:
        await sent(intake, "support@hub.test", raw=raw)
    assert intake.kept[0][1].raw == raw


async def test_a_letter_of_empty_lines_costs_no_more_than_its_bytes() -> None:
    async with Intake().open() as intake:
        said = await intake.raw(*BEFORE, b"\r\n" * (limits.LINES + 10) + b".\r\n")
        assert b"552 5.3.4" in said
        assert intake.intake.room.used == 0


@pytest.mark.parametrize("broken", [False, True])
async def test_lmtp_refuses_a_letter_to_each_recipient(broken: bool) -> None:
    async with Intake(lmtp_port=free_port()).open() as intake:
        intake.fails = lambda _: RuntimeError("a bug") if broken else None
        said = await intake.raw(
            b"LHLO x\r\n",
            b"MAIL FROM:<>\r\n",
            b"RCPT TO:<support@hub.test>\r\n",
            b"RCPT TO:<sales@hub.test>\r\n",
            b"DATA\r\n",
            (RAW if broken else b"\r\n" * (limits.LINES + 10)) + b".\r\n",
            b"NOOP\r\n",
            b"QUIT\r\n",
            port=intake.intake.lmtp_port,
        )
    assert said.count(b"451 4.3.0" if broken else b"552 5.3.4") == 2


async def test_one_source_takes_but_a_part_of_the_room() -> None:
    async with Intake().open() as intake:
        room = intake.intake.room
        room.bytes_limit = 8 * PIECE_BYTES
        room.take(2 * PIECE_BYTES, "192.0.2.1")
        await sent(intake, "support@hub.test", raw=RAW + b"y" * PIECE_BYTES + b"\r\n")
        said = await intake.raw(*BEFORE, b"y" * (3 * PIECE_BYTES) + b"\r\n.\r\n", b"NOOP\r\n", b"QUIT\r\n")
        assert b"451 4.3.1" in said
        assert room.by_source == {"192.0.2.1": 2 * PIECE_BYTES}


async def test_nobody_takes_for_ever_over_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Intake().open() as intake:
        with monkeypatch.context() as patched:
            patched.setattr("hub.channels.email.smtp_session.LETTER_S", 0.3)
            said = await intake.raw(*BEFORE, b"Subject: x\r\n")
        assert said.splitlines()[-1].startswith(b"421 4.4.2")
        assert intake.intake.room.used == 0
        await sent(intake, "support@hub.test")
    assert len(intake.kept) == 1


async def test_all_letters_that_come_at_once_share_a_bound() -> None:
    async with Intake(trusted_addresses=("127.0.0.0/8",)).open() as intake:
        intake.intake.room.bytes_limit = 3 * PIECE_BYTES
        reader, writer = await asyncio.open_connection("127.0.0.1", intake.intake.port)
        await reader.readline()
        for line in BEFORE:
            writer.write(line)
            while (await reader.readline())[3:4] != b" ":
                pass
        writer.write(b"x" * (5 * PIECE_BYTES // 2) + b"\r\n")
        await writer.drain()
        async with asyncio.timeout(5):
            while not intake.intake.room.used:
                await asyncio.sleep(0.01)
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await sent(intake, "support@hub.test", raw=RAW + b"y" * (2 * PIECE_BYTES) + b"\r\n")
        assert refused.value.code == 451

        writer.close()  # what it had taken is free again
        async with asyncio.timeout(5):
            while intake.intake.room.used:
                await asyncio.sleep(0.01)
        await sent(intake, "support@hub.test")


async def test_an_address_has_so_many_connections_and_gets_them_back() -> None:
    async with Intake(connections_per_address=2).open() as intake:
        held = [await asyncio.open_connection("127.0.0.1", intake.intake.port) for _ in range(2)]
        for reader, _ in held:
            assert (await reader.readline()).startswith(b"220")
        reader, writer = await asyncio.open_connection("127.0.0.1", intake.intake.port)
        assert (await reader.readline()).startswith(b"421")
        assert await reader.read() == b""
        writer.close()
        for _, other in held:
            other.close()
        await asyncio.sleep(0.1)
        await sent(intake, "support@hub.test")


async def test_an_address_has_so_many_letters_a_minute() -> None:
    async with Intake(letters_per_minute=8).open() as intake:
        outcomes = []
        for _ in range(4):
            try:
                await sent(intake, "support@hub.test")
                outcomes.append(250)
            except aiosmtplib.SMTPDataError as error:
                outcomes.append(error.code)
    assert outcomes == [250, 250, 451, 451]


async def test_our_own_mail_server_is_not_counted() -> None:
    async with Intake(letters_per_minute=4, trusted_addresses=("127.0.0.0/8",)).open() as intake:
        for _ in range(5):
            await sent(intake, "support@hub.test")
    assert len(intake.kept) == 5


async def test_a_letter_that_goes_in_circles_is_stopped() -> None:
    raw = b"Received: by x\r\n" * 51 + RAW
    async with Intake().open() as intake:
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await sent(intake, "support@hub.test", raw=raw)
    assert refused.value.code == 554


async def test_who_hangs_up_in_the_middle_leaves_nothing() -> None:
    async with Intake().open() as intake:
        for cut in (b"", b"Subject: x\r\n", b"Subject: x\r\n\r\nbody\r\n."):
            reader, writer = await asyncio.open_connection("127.0.0.1", intake.intake.port)
            for line in BEFORE:
                writer.write(line)
            writer.write(cut)
            await writer.drain()
            writer.close()
            del reader
        await asyncio.sleep(0.2)
        await sent(intake, "support@hub.test")
    assert len(intake.kept) == 1
