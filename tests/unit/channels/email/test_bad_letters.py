"""Whatever bytes come, a Letter is made of them: corpora, mutations, beginnings, naughty strings, generated ones.

A sample by default; `make mail-fuzz` tries everything (MAIL_FUZZ: how many mutated, MAIL_FUZZ_SEED: which).
"""

import os
import random
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.channels.email.letters import read_letter
from hub.channels.email.ours import Ours
from hub.domain.letter import Letter
from tests.mail_bombs import BOMBS, letter
from tests.mail_corpora import cpython_letters, mail_parser_letters, naughty_strings

MUTATED = int(os.environ.get("MAIL_FUZZ", "1500"))
SEED = int(os.environ.get("MAIL_FUZZ_SEED", "20250303"))
EVERYTHING = "MAIL_FUZZ" in os.environ
OURS = Ours(addresses=("support@hub.test",), trusted_host="mx.hub.test")
CHEAP = [name for name in BOMBS if "MB" not in name]


def assert_is_a_letter(raw: bytes) -> Letter:
    """It is read, it can be sent through the pipe, and it says of itself what it must."""
    found = read_letter(raw, OURS)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Letter) == found
    assert len(found.content_sha256) == 64
    assert found.size_bytes == len(raw)
    assert {part.sha256 for part in found.parts} == set(found.contents)
    assert all(len(found.contents[part.sha256]) == part.size_bytes for part in found.parts)
    assert "<script" not in found.html.lower()
    return found


def seeds() -> list[bytes]:
    short = [raw for raw in mail_parser_letters().values() if len(raw) < 30_000]
    return [
        *cpython_letters().values(),
        *short,
        *(BOMBS[name]() for name in CHEAP if len(BOMBS[name]()) < 30_000),
    ]


def test_every_mail_of_cpythons_tests_is_read() -> None:
    letters = cpython_letters()

    assert len(letters) >= 45
    for raw in letters.values():
        assert not assert_is_a_letter(raw).unreadable


def test_every_mail_of_mail_parsers_tests_is_read() -> None:
    letters = mail_parser_letters()

    assert len(letters) >= 20
    for raw in letters.values():
        assert not assert_is_a_letter(raw).unreadable


def mutations(raw: bytes, rng: random.Random) -> Iterator[bytes]:
    """What happens to letters: bytes changed, lost, doubled, moved, and pieces that mean something put in."""
    pieces = [
        b"\r\n", b"\r", b"\n\n", b"\0", b"--", b'"', b"(", b"=?utf-8?q?", b"?=", b";", b"<", b"@", b"\xff",
        b"=", b":", b"boundary=", b"charset=", b"Content-Type: multipart/mixed; boundary=",
        b"Content-Type: message/rfc822\n\n", b"filename*0*=utf-8''%ff", b"99999",
        b"Date: Mon, 3 Mar 99999\n", b"Content-Transfer-Encoding: base64\n",
    ]  # fmt: skip
    while True:
        changed = bytearray(raw)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(changed) + 1)
            match rng.randrange(5):
                case 0 if changed:
                    changed[at % len(changed)] = rng.randrange(256)
                case 1:
                    del changed[at : at + rng.randint(1, 40)]
                case 2:
                    changed[at:at] = changed[at : at + rng.randint(1, 200)]
                case 3:
                    changed[at:at] = rng.choice(pieces)
                case _:
                    cut = changed[at : at + 60]
                    del changed[at : at + 60]
                    to = rng.randrange(len(changed) + 1)
                    changed[to:to] = cut
        yield bytes(changed)


@pytest.mark.timeout(3000 if EVERYTHING else 60)
def test_mutated_letters_are_read() -> None:
    rng = random.Random(SEED)
    streams = [mutations(raw, rng) for raw in seeds()]

    for at in range(MUTATED):
        assert_is_a_letter(next(streams[at % len(streams)]))


@pytest.mark.timeout(3000 if EVERYTHING else 60)
def test_every_beginning_of_a_letter_is_read() -> None:
    """The sample takes short letters, and of each every eleventh beginning."""
    step, longest = (1, 6000) if EVERYTHING else (11, 700)
    chosen = [raw for raw in seeds() if len(raw) < longest]
    assert len(chosen) > 20

    for raw in chosen:
        for ends in range(0, len(raw), step):
            assert_is_a_letter(raw[:ends])


FIELDS = [
    "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "References", "In-Reply-To", "Content-Type",
    "Content-ID", "Content-Disposition", "Authentication-Results", "Auto-Submitted", "MIME-Version",
    "Content-Transfer-Encoding",
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_naughty_strings_in_every_field(field: str) -> None:
    strings = naughty_strings()
    assert len(strings) > 450

    for string in strings if EVERYTHING else strings[::3]:
        assert_is_a_letter(letter(f"{field}: {string}\r\n", string, head=""))


def test_naughty_strings_as_names_of_files_and_as_markup() -> None:
    for string in naughty_strings() if EVERYTHING else naughty_strings()[::2]:
        found = assert_is_a_letter(
            letter(
                f'Content-Type: text/plain; name="{string}"\r\nContent-Disposition: attachment; filename="{string}"\r\n'
            )
        )
        for part in found.parts:
            assert part.name
            assert len(part.name.encode()) <= 255
            assert not set(part.name) & set("/\\\0\n\r\u202e\u200b")
        assert_is_a_letter(letter("Content-Type: text/html; charset=utf-8\r\n", f"<p>{string}</p>"))


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_are_a_letter(raw: bytes) -> None:
    assert_is_a_letter(raw)


HEADER_NAMES = st.sampled_from([*FIELDS, "Cc", "Sender", "Return-Path", "X-Other", "Content-Type", "", " "])
HEADER_VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from([
        "multipart/mixed; boundary=b", "multipart/alternative; boundary=b", "multipart/digest; boundary=b",
        "message/rfc822", "text/html", "text/plain; charset=koi8-r; format=flowed; delsp=yes",
        "multipart/report; report-type=delivery-status", "message/delivery-status", "message/partial; id=x",
        "text/plain; charset=utf-7", "base64", "quoted-printable", "x-uuencode",
        "attachment; filename*0*=utf-8''%ff; filename*1=a", "=?utf-8?q?=00?= <a@b.test>", "<>",
        "message/external-body",
    ]),
)  # fmt: skip
BODIES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "--b",
                "--b--",
                "",
                "Content-Type: text/html",
                "<p>x",
                "> a",
                "=",
                "=?",
                "begin 644 x",
                "AAAA",
                "a:b",
            ]
        ),
        st.text(max_size=40),
    ),
    max_size=15,
)


@given(
    st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=8),
    BODIES,
    st.sampled_from(["\r\n", "\n", "\r"]),
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_anything_that_looks_like_a_letter_is_one(
    headers: list[tuple[str, str]], body: list[str], end: str
) -> None:
    lines = [*(f"{name}: {value}" for name, value in headers), "", *body]
    assert_is_a_letter(end.join(lines).encode("utf-8", "surrogatepass"))
