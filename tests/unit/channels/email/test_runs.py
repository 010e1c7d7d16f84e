"""Letters whose files the parser does not see are read as if it had."""

import base64
import email.parser
import random
import re
from email.message import Message
from typing import Any

import pytest

from hub.channels.email import mime
from hub.channels.email.mime import opened
from hub.channels.email.runs import Shortened
from tests.mail_corpora import cpython_letters, mail_parser_letters

_FILE = random.Random(7).randbytes(57 * 80)
LINES = base64.encodebytes(_FILE).decode().splitlines()
"""80 full lines."""


def _run(count: int, end: str = "\r\n") -> str:
    return "".join(f"{line}{end}" for line in LINES[:count])


def _taken_apart(message: "Message[Any, Any]") -> list[object]:
    """All that the parser makes of a letter."""
    return [
        (
            list(part.raw_items()),
            None if part.is_multipart() else part._payload,  # type: ignore[attr-defined]
            part.preamble,
            part.epilogue,
            [type(one).__name__ for one in part.defects],
        )
        for part in message.walk()
    ]


def _parsed(raw: bytes) -> "Message[Any, Any]":
    return email.parser.BytesParser(policy=mime._AS_IT_CAME).parsebytes(raw)


def _by_halves(raw: bytes) -> tuple[list[object], int]:
    shortened = Shortened(raw)
    message = _parsed(shortened.raw)
    shortened.restore(message)
    return _taken_apart(message), len(shortened.raw)


def _multipart(*parts: str, before: str = "", behind: str = "") -> bytes:
    whole = "".join(f"--b\r\n{part}\r\n" for part in parts)
    head = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return f"{head}{before}{whole}--b--\r\n{behind}".encode()


_PDF = "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
PLACES = {
    "a file": _multipart("\r\nHello", f"{_PDF}{_run(80)}YQ=="),
    "a file that ends with a full line": _multipart("\r\nHello", f"{_PDF}{_run(80)}"),
    "two files and line feeds alone": _multipart(_PDF + _run(80), _PDF + _run(70)).replace(b"\r\n", b"\n"),
    "mixed line ends": _multipart(_PDF + _run(40) + _run(30, "\n") + _run(5)),
    "a letter that is all one run": b"\n" + _run(80).encode(),
    "no end": (f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{_PDF}{_run(80)}").encode(),
    "among headers": f"From: a@b.example\r\n{_run(80)}Subject: b\r\n\r\nText".encode(),
    "among headers of a part": _multipart(f"Content-Type: text/plain\r\n{_run(80)}\r\nText"),
    "before and behind the parts": _multipart("\r\nHello", before=_run(80), behind=_run(80)),
    "in words": _multipart(f"\r\nLook:\r\n{_run(80)}Bye"),
    "a letter in a letter": _multipart(
        f"Content-Type: message/rfc822\r\n\r\nSubject: in\r\nContent-Transfer-Encoding: base64\r\n\r\n{_run(80)}"
    ),
    "two runs with a short line between": _multipart(f"{_PDF}{_run(70)}YWI=\r\n{_run(70)}"),
    "a delivery report": _multipart(f"Content-Type: message/delivery-status\r\n\r\nA: b\r\n\r\n{_run(80)}"),
}


@pytest.mark.parametrize("place", PLACES)
def test_wherever_a_run_stands_the_letter_is_taken_apart_in_the_same_way(place: str) -> None:
    raw = PLACES[place]

    found, seen_bytes = _by_halves(raw)

    assert found == _taken_apart(_parsed(raw))
    assert seen_bytes < len(raw) / 2


def test_what_is_no_long_run_of_full_lines_is_left_as_it_is() -> None:
    for text in (
        _run(63),
        _run(80).replace("A", "-"),
        _run(80).replace("\r\n", " \r\n"),
        _run(80)[1:][:4000],
    ):
        raw = f"Subject: a\r\n\r\n{text}".encode()
        assert Shortened(raw).raw == raw


def test_letters_of_others_are_taken_apart_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "hub.channels.email.runs._RUN", re.compile(rb"(?<=\n)(?:[A-Za-z0-9+/]{60,76}\r?\n){1,}")
    )
    letters = [*cpython_letters().values(), *mail_parser_letters().values()]

    shorter = 0
    for raw in letters:
        found, seen_bytes = _by_halves(raw)
        assert found == _taken_apart(_parsed(raw))
        shorter += seen_bytes < len(raw)
    assert shorter >= 5


def test_letters_made_of_any_lines_are_taken_apart_in_the_same_way() -> None:
    made = random.Random(11)
    pieces = (
        "--b\r\n",
        "--b--\r\n",
        "--c\r\n",
        "\r\n",
        "Subject: a\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "Content-Type: multipart/digest; boundary=c\r\n",
        "Content-Type: message/rfc822\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        " more\r\n",
        "words\r\n",
        "words",
        _run(64),
        _run(65, "\n"),
    )
    for _ in range(3000):
        raw = "".join(made.choices(pieces, k=made.randrange(1, 16))).encode()
        assert _by_halves(raw)[0] == _taken_apart(_parsed(raw)), raw


def test_a_file_comes_out_whole() -> None:
    content = random.Random(3).randbytes(57 * 200 + 10)
    encoded = base64.encodebytes(content).decode().replace("\n", "\r\n")

    [file] = opened(_multipart("\r\nHello", f"{_PDF}{encoded}")).contents.values()

    assert file == content
