"""Simulated correspondents write real letters of every kind, and something comes back for what the hub answers."""

import asyncio
import random
from email import message_from_bytes
from email.policy import default

import aiosmtplib
import pytest

from hub.channels.email.letters import read_letter
from hub.channels.email.mailbox import connected
from hub.channels.email.ours import Ours
from hub.channels.email.signing_in import SignsIn
from hub.domain.letter import Letter, LetterKind
from hub.domain.mail_account import MailServer, Security
from hub.simulator import letters, written
from hub.simulator.letters import BACK, KINDS, SUBJECTS, Correspondents, letters_come
from hub.simulator.mailbox import Mailbox
from hub.simulator.written import Kind
from tests.servers.smtp import SmtpLookAlike

OUR_ADDRESS = "support@demo.test"


def read(raw: bytes) -> Letter:
    return read_letter(raw, Ours(addresses=(OUR_ADDRESS,)))


@pytest.mark.parametrize("kind", list(Kind))
def test_a_letter_is_of_its_kind(kind: Kind) -> None:
    made = written.letter(
        "Ayşe Yıldız", "ayse@mail.example", OUR_ADDRESS, "Fatura", "Merhaba", kind=kind, rng=random.Random(1)
    )
    found = read(bytes(made))
    assert found.from_ is not None
    assert found.from_.address == "ayse@mail.example"
    assert found.unreadable is (kind is Kind.UNREADABLE)
    assert bool(found.html) is (kind is Kind.PICTURE)
    assert [part.inline for part in found.parts] == {Kind.PICTURE: [True], Kind.FILE: [False]}.get(kind, [])


def test_what_machines_write_is_known_as_that() -> None:
    automatic = written.automatic(
        "A", "a@mail.example", OUR_ADDRESS, "Re: x", "ru", in_reply_to="<1@demo.test>"
    )
    assert read(bytes(automatic)).kind is LetterKind.AUTO_REPLY
    report = read(written.bounce("a@mail.example", OUR_ADDRESS, "<1@demo.test>"))
    assert report.kind is LetterKind.BOUNCE
    assert report.bounce is not None
    assert report.bounce.original_message_id == "1@demo.test"
    assert report.bounce.failed_addresses == ("a@mail.example",)


async def test_letters_come_in_every_kind_and_answers_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_BACK_AFTER_S", (0.0, 0.0))
    async with SmtpLookAlike() as hub:
        writers = Correspondents("127.0.0.1", hub.port, random.Random(1))
        async with writers.opened():
            coming = asyncio.ensure_future(
                letters_come(writers, (OUR_ADDRESS,), random.Random(2), gap_s=(0.0, 0.02))
            )
            async with asyncio.timeout(20):
                while len(hub.got) < len(KINDS):
                    await asyncio.sleep(0.01)
            came = [read(got.raw) for got in hub.got[: len(KINDS)]]
            assert sum(one.unreadable for one in came) == KINDS.count(Kind.UNREADABLE)
            first = message_from_bytes(hub.got[0].raw, policy=default)
            who = str(first["From"].addresses[0].addr_spec)
            assert str(first["Subject"]) in {subject for some in SUBJECTS.values() for subject, _ in some}

            head = f"From: {OUR_ADDRESS}\r\nTo: {who}\r\nSubject: Re: x\r\n"
            answer = f"{head}Message-ID: <ours@demo.test>\r\n\r\nhi\r\n"
            for _ in BACK:
                await aiosmtplib.send(
                    answer.encode(),
                    sender=OUR_ADDRESS,
                    recipients=[who],
                    hostname="127.0.0.1",
                    port=writers.own_port,
                    start_tls=False,
                )
            expected = len(BACK) - BACK.count("nothing")
            async with asyncio.timeout(20):
                while sum(b"ours@demo.test" in got.raw for got in hub.got) < expected:
                    await asyncio.sleep(0.01)
            back = [read(got.raw).kind for got in hub.got if b"ours@demo.test" in got.raw]
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
    assert back.count(LetterKind.BOUNCE) == 1
    assert back.count(LetterKind.AUTO_REPLY) == 1
    assert back.count(LetterKind.PERSONAL) == 3
    assert (writers.tally.answered, writers.tally.answered_again) == (len(BACK), expected)


async def test_letters_to_a_mailbox_lie_in_it_until_they_are_fetched() -> None:
    box = Mailbox("sales")
    writers = Correspondents("127.0.0.1", 1, random.Random(1), mailboxes={"sales@demo.test": box})
    server = MailServer(host="127.0.0.1", port=box.port, security=Security.NONE, username=box.user)
    async with writers.opened():
        await writers.write("sales@demo.test")
        async with connected(server, SignsIn(password=box.password), answer_s=10.0) as mailbox:
            await mailbox.choose("INBOX")
            (uid,) = await mailbox.uids_from(1)
            fetched = read((await mailbox.letters([uid]))[uid])
    assert fetched.to[0].address == "sales@demo.test"
    assert (writers.tally.came, writers.tally.refused) == (1, 0)


async def test_a_hub_that_takes_no_letters_is_counted_with_the_reason() -> None:
    writers = Correspondents("127.0.0.1", 1, random.Random(1))
    await writers.write(OUR_ADDRESS)
    assert (writers.tally.came, writers.tally.refusals) == (0, {0: 1})
