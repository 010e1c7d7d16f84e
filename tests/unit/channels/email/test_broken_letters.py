"""Letters that are not as they should be: what is wrong is said, and the rest is read."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from hub.channels.email import limits
from hub.channels.email.excerpt import unreadable_letter
from hub.channels.email.letters import read_letter
from hub.channels.email.ours import Ours
from hub.domain.letter import Defect, Letter, MailAddress, Unreadable
from tests.mail_bombs import letter


def read(raw: bytes | str) -> Letter:
    return read_letter(raw.encode() if isinstance(raw, str) else raw, Ours())


@pytest.mark.parametrize(
    ("raw", "defects"),
    [
        ('From: "a <x@y>\r\nTo: ;;\r\nDate: never\r\n\r\nhi', {Defect.BAD_FROM, Defect.BAD_DATE}),
        ("Subject: =?utf-8?q?=ff=fe?=\r\n\r\nhi", {Defect.BAD_SUBJECT, Defect.NO_DATE, Defect.NO_MESSAGE_ID}),
        ("From: a@b.test\r\nContent-Type: multipart/mixed\r\n\r\nhi", {Defect.BAD_STRUCTURE}),
        ("\r\nhi", {Defect.NO_FROM}),
        ("hi there", {Defect.NO_FROM}),
        ("From: a@b.test\r\nFrom: c@d.test\r\n\r\nhi", {Defect.REPEATED_HEADER, Defect.SEVERAL_FROM}),
        ("From: a@b.test\r\nReply-To: x@y@z\r\nCc: <\r\nTo: a b\r\nSender: @\r\n\r\nhi",
         {Defect.BAD_REPLY_TO, Defect.BAD_CC, Defect.BAD_TO, Defect.BAD_SENDER}),
        ("From: a@b.test\r\nMessage-ID: no brackets\r\n\r\nhi", {Defect.BAD_MESSAGE_ID}),
        ("From: a@b.test\r\nDate: Mon, 3 Mar 99999 10:00:00 +0000\r\n\r\nhi", {Defect.BAD_DATE}),
        ("From: a@b.test\r\nDate: Mon, 3 Mar 1850 10:00:00 +0000\r\n\r\nhi", {Defect.BAD_DATE}),
        ('From: "bank@bank.test" <a@b.test>\r\n\r\nhi', {Defect.MISLEADING_NAME}),
        ("From: a@b.test\r\nSubject: " + "s" * 600 + "\r\n\r\nhi", {Defect.SUBJECT_CUT}),
        ("References: " + " ".join(f"<{at}@x>" for at in range(300)) + "\r\n\r\nhi", {Defect.REFERENCES_CUT}),
    ],
)  # fmt: skip
def test_a_broken_field_is_a_defect_and_the_rest_is_read(raw: str, defects: set[Defect]) -> None:
    found = read(raw)

    assert not found.unreadable
    assert found.text in {"hi", "hi there"}
    assert defects <= set(found.defects)


def test_a_letter_with_nothing_in_it_says_so() -> None:
    assert Defect.NO_TEXT in read("From: a@b.test\r\n\r\n").defects


def test_text_longer_than_we_keep_is_cut_and_says_so() -> None:
    found = read(letter("", "long " * 300_000))

    assert len(found.whole) == limits.TEXT_CHARS
    assert Defect.TEXT_CUT in found.defects


def test_too_many_references_keep_the_oldest_and_the_newest() -> None:
    found = read("References: " + " ".join(f"<{at}@x>" for at in range(300)) + "\r\n\r\nhi")

    assert (len(found.references), found.references[0], found.references[-1]) == (200, "0@x", "299@x")


def test_what_is_shown_of_an_unreadable_letter_cannot_turn_what_stands_beside_it() -> None:
    raw = "From: a@x.test\r\nSubject: x\r\n\r\ninvoice\u202efdp.exe\u2066\u200b".encode()
    assert unreadable_letter(raw, Unreadable.BROKEN).text == "invoicefdp.exe"


def test_an_unreadable_letter_shows_its_beginning_and_who_says_to_have_sent_it() -> None:
    found = read(
        letter(
            "Subject: =?utf-8?b?0L/RgNC40LLQtdGC?=\r\n" + "X: y\r\n" * 600,
            "<b>hello</b>\0\x1b[31m " + "x" * 5000,
        )
    )

    assert found.unreadable_why is Unreadable.TOO_MANY_HEADERS
    assert found.unreadable
    assert found.from_ == MailAddress(address="anna@client.test", name="Anna")
    assert found.subject == "привет"
    assert found.message_id == "bomb@client.test"
    assert found.text.startswith("<b>hello</b>[31m xxx")
    assert len(found.text) == limits.EXCERPT_CHARS
    assert (found.html, found.parts, found.whole) == ("", (), "")
    assert not found.may_be_answered_by_a_program


CONTROLS = b"\x00\x01\x0b\x0c\x1b\x7f\xc2\x85\xed\xa0\x80"
HEADERS = (
    "From",
    "To",
    "Cc",
    "Sender",
    "Reply-To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Delivered-To",
)
ENCODED = b"=?utf-8?q?=00=0D=0A=1B=7F?="


def texts(value: object) -> Iterator[str]:
    """All texts of what can be sent through the pipe."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts(pair)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


@pytest.mark.parametrize("bad", [CONTROLS, ENCODED])
@pytest.mark.parametrize("unreadable", [False, True])
def test_no_control_gets_out_of_a_letter(bad: bytes, unreadable: bool) -> None:
    raw = b"".join(name.encode() + b": <a" + bad + b"b@client.test>\r\n" for name in HEADERS)
    raw += b"X-Spam-Flag: " + bad + b"\r\nAuthentication-Results: mx.hub.test; dmarc=pass " + bad + b"\r\n"
    raw += b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    raw += b"--x\r\nContent-Type: text/html\r\n\r\n<p title='" + bad + b"'>a" + bad + b"</p>\r\n"
    raw += b"--x\r\nContent-Type: text/plain\r\n\r\nHello" + bad + b"\r\n"
    raw += b"--x\r\nContent-Type: image/p" + bad + b'ng; name="a' + bad + b'.png"\r\n'
    raw += b"Content-ID: <c" + bad + b"@x>\r\n\r\nx\r\n--x--\r\n"
    ours = Ours(trusted_host="mx.hub.test")
    found = unreadable_letter(raw, Unreadable.BROKEN) if unreadable else read_letter(raw, ours)
    assert "\0" not in found.html  # shown in a frame of its own, where other controls are nothing
    for text in texts(msgspec.to_builtins(replace(found, contents={}, html=""))):
        assert not set(text) & {*map(chr, range(9)), *map(chr, range(11, 32)), "\x7f", "\x85"}, text
        text.encode()
    for one in (found.message_id, *found.references, *found.in_reply_to):
        assert one.isprintable()
        assert " " not in one
