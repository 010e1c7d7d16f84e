"""One letter is one, by whatever way it comes, and two are two."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.email.content import content_of, content_sha256

LETTER = (
    "From: Anna <anna@client.test>\r\nTo: support@hub.test\r\nSubject: a very long\r\n subject\r\n"
    "Message-ID: <1@client.test>\r\nDate: Mon, 3 Mar 2025 10:00:00 +0000\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
)
ADDED = (
    "Return-Path: <anna@client.test>\r\nDelivered-To: sales@hub.test\r\nReceived: from a by b; Mon\r\n\tid 1\r\n"
    "Authentication-Results: mx.hub.test; none\r\nARC-Seal: i=1\r\nX-Spam-Score: 1\r\nX-Gmail-Labels: Inbox\r\n"
    "Received-SPF: pass\r\nX-Original-To: s@hub.test\r\nDKIM-Signature: v=1; a=x\r\nStatus: RO\r\n"
)


@pytest.mark.parametrize(
    "other",
    [
        ADDED + LETTER,
        LETTER.replace("\r\n", "\n"),
        LETTER.replace("\r\n", "\r"),
        LETTER + "\r\n\r\n",
        LETTER.replace("long\r\n subject", "long subject"),
        LETTER.replace("Subject:", "SUBJECT:   "),
        "Subject: a very long subject\r\n" + LETTER.replace("Subject: a very long\r\n subject\r\n", ""),
    ],
    ids=["trace headers", "line feeds", "carriage returns", "lines at the end", "folding", "blanks", "order"],
)
def test_what_hosts_do_on_the_way_changes_nothing(other: str) -> None:
    assert content_sha256(other.encode()) == content_sha256(LETTER.encode())


@pytest.mark.parametrize(
    ("piece", "instead"),
    [
        ("hello", "hello!"),
        ("anna@", "anne@"),
        ("<1@", "<2@"),
        ("10:00", "10:01"),
        ("support@", "sales@"),
        ("text/plain", "text/html"),
        ("a very", "a  not very"),
        ("hello", "\r\n\r\nX-A: hello"),
    ],
)
def test_what_the_sender_writes_makes_another_letter(piece: str, instead: str) -> None:
    assert content_sha256(LETTER.replace(piece, instead).encode()) != content_sha256(LETTER.encode())


def test_a_header_cannot_pass_for_another() -> None:
    one = content_sha256(b"Subject: a\r\nSubject: b\r\n\r\nx")

    assert one != content_sha256(b"Subject: a subject:1:b\r\n\r\nx")
    assert one != content_sha256(b"Subject: a\r\n\r\nx")


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_have_a_hash(raw: bytes) -> None:
    assert len(content_sha256(raw)) == 64


@pytest.mark.parametrize(
    "head",
    [
        "",
        "ALARM: ",
        "From: shop@client.test\nSubject: Order\n",
        "From: shop@client.test\nno header at all\nSubject: Order\n",
        "From: shop@client.test\nSubject: Order\n\n",
        "From: shop@client.test\nSubject: Order\nX-Order: ",
        "  ",
        "From shop@client.test Mon Mar  3 10:00:00 2025\n",
    ],
    ids=[
        "no headers",
        "a word",
        "no empty line",
        "a stray line",
        "a body",
        "a field",
        "a blank",
        "of a mailbox file",
    ],
)
@pytest.mark.parametrize("rest", ["", "\n\nThanks"])
def test_letters_that_say_different_things_are_different_letters(head: str, rest: str) -> None:
    said = [f"{head}{what}{rest}" for what in ("fire in hall 1", "flood in hall 2: all of it", "Order: two")]

    assert len({content_sha256(one.encode()) for one in said}) == len(said)
    assert len({content_sha256(one.replace("\n", "\r\n").encode()) for one in said}) == len(said)


def test_the_line_before_a_letter_in_a_mailbox_file_is_no_part_of_it() -> None:
    assert content_sha256(
        b"From anna@client.test Mon Mar  3 10:00:00 2025\n" + LETTER.encode()
    ) == content_sha256(LETTER.encode())


def test_a_letter_without_date_and_id_is_known_by_where_it_was_first_received() -> None:
    written = "From: shop@client.test\nTo: support@hub.test\nSubject: Toner is low\n\nToner is low\n"
    first = "Received: from printer by mx.client.test id {}; Mon\n" + written
    again = "Return-Path: <>\nReceived: from mx.client.test by mx.hub.test id 7\n" + first

    assert content_sha256(again.format(1).encode()) == content_sha256(first.format(1).encode())
    assert content_sha256(first.format(1).encode()) != content_sha256(first.format(2).encode())
    assert [content_of(one.encode()).is_named for one in (written, first, LETTER)] == [False, True, True]


@pytest.mark.parametrize("piece", ["a", "a\t", "a ", " ", "a :", ":", "\n a", "From ", "From \n", "a:\n"])
@pytest.mark.parametrize("before", ["", " ", "From x\n "])
def test_the_time_grows_no_faster_than_the_letter(before: str, piece: str) -> None:
    """All of the hub waits while one is hashed. A line of 250 KiB took minutes, if it began with a blank."""
    raw = (before + piece * (250_000 // len(piece)) + "\nSubject: x\n\nhello").encode()
    begun = time.process_time()
    content_of(raw)
    assert time.process_time() - begun < 2


def test_what_stands_before_the_first_header_is_read_as_it_always_was() -> None:
    """Letters that are kept are known by it when they come again."""
    raw = b" odd words  Subject :  one\n\ttwo\nX Date: now\nTo: b\n\nhello"
    assert content_sha256(raw) == "37f7c0ca0b20c4e3b042b49e155d15db31b3a8b6e5f7e7b715e6d9e87a7499d9"
