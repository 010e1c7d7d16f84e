"""Every limit of the pre-scan, at its last allowed value and one past it."""

import time

import pytest

from hub.channels.email import limits
from hub.channels.email.prescan import broken_limit
from hub.domain.letter import Unreadable
from tests.mail_bombs import letter


def test_a_usual_letter_breaks_no_limit() -> None:
    assert broken_limit(letter("Subject: order\r\n")) is None


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b" \n\t"])
def test_an_empty_letter_is_told_as_empty(raw: bytes) -> None:
    assert broken_limit(raw) is Unreadable.EMPTY


def _parts(count: int) -> bytes:
    return letter("Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n\r\nx\r\n" * count + "--b--\r\n")


def _nested(depth: int) -> bytes:
    opened = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(depth))
    return f"From: a@b.test\n{opened}\nx".encode()


def _embedded(depth: int) -> bytes:
    return ("Content-Type: message/rfc822\n\n" * depth + "Subject: x\n\nx").encode()


def _headers(total: int) -> bytes:
    full = "".join(f"X-{at:02}: {'a' * 15_994}\n" for at in range(16))
    rest = total - len(full)
    return f"{full}X-99: {'a' * (rest - 7)}\n\nx".encode()


@pytest.mark.parametrize(
    ("allowed", "forbidden", "limit"),
    [
        (b"a" * limits.RAW_BYTES, b"a" * (limits.RAW_BYTES + 1), Unreadable.TOO_LONG),
        (letter("", "\n" * 999_995), letter("", "\n" * 1_000_001), Unreadable.TOO_COSTLY),
        (_headers(256 * 1024), _headers(256 * 1024 + 1), Unreadable.HEADERS_TOO_LONG),
        (
            letter("X: " + "a" * (16 * 1024 - 3) + "\r\n"),
            letter("X: " + "a" * (16 * 1024 - 2) + "\r\n"),
            Unreadable.HEADER_TOO_LONG,
        ),
        (letter("X: b\r\n" * 497), letter("X: b\r\n" * 498), Unreadable.TOO_MANY_HEADERS),
        (
            letter("Cc: " + "a@b.test," * 199 + "a@b.test\r\n"),
            letter("Cc: " + "a@b.test," * 200 + "a@b.test\r\n"),
            Unreadable.TOO_MANY_ADDRESSES,
        ),
        (
            letter("Content-Type: text/plain" + "; a=b" * 100 + "\r\n"),
            letter("Content-Type: text/plain" + "; a=b" * 101 + "\r\n"),
            Unreadable.TOO_MANY_PARAMETERS,
        ),
        (
            letter("Subject: " + "=?utf-8?q?a?= " * 200 + "\r\n"),
            letter("Subject: " + "=?utf-8?q?a?= " * 201 + "\r\n"),
            Unreadable.TOO_MANY_ENCODED_WORDS,
        ),
        (
            letter("Date: " + "(" * 100 + "\r\n"),
            letter("Date: " + "(" * 101 + "\r\n"),
            Unreadable.TOO_MANY_COMMENTS,
        ),
        (_parts(499), _parts(500), Unreadable.TOO_MANY_PARTS),
        (_nested(29), _nested(30), Unreadable.TOO_DEEP),
        (_embedded(29), _embedded(30), Unreadable.TOO_DEEP),
    ],
    ids=lambda value: value.value if isinstance(value, Unreadable) else f"{len(value)}-bytes",
)
def test_a_limit_is_broken_by_one_more_than_it_allows(
    allowed: bytes, forbidden: bytes, limit: Unreadable
) -> None:
    assert broken_limit(allowed) is None
    assert broken_limit(forbidden) is limit


def test_the_headers_of_all_parts_count_together() -> None:
    part = "--b\r\n" + f"X: {'a' * 1000}\r\n" * 10 + "\r\nx\r\n"
    raw = letter("Content-Type: multipart/mixed; boundary=b\r\n", part * 30)

    assert broken_limit(raw) is Unreadable.HEADERS_TOO_LONG


def test_folded_lines_are_one_header() -> None:
    assert (
        broken_limit(letter("Cc: " + ",\r\n ".join(["a@b.test"] * 201) + "\r\n"))
        is Unreadable.TOO_MANY_ADDRESSES
    )
    assert broken_limit(letter("X: " + ("a" * 60 + "\r\n ") * 300 + "\r\n")) is Unreadable.HEADER_TOO_LONG


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_whatever_ends_a_line_hides_no_part(end: str) -> None:
    head = f"From: a@b.test{end}Content-Type: multipart/mixed; boundary=b{end}{end}"
    assert broken_limit((head + f"--b{end}{end}x{end}" * 501).encode()) is Unreadable.TOO_MANY_PARTS


def test_parts_after_the_closing_boundary_are_no_parts() -> None:
    raw = letter(
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "--b\r\n\r\nx\r\n--b--\r\n" + "--b\r\n\r\nx\r\n" * 600,
    )

    assert broken_limit(raw) is None


def test_lines_of_dashes_in_a_text_are_no_parts() -> None:
    assert broken_limit(letter("", "--\r\n-- \r\n--x\r\n" * 1000)) is None


def test_a_body_that_looks_like_headers_is_a_body() -> None:
    assert broken_limit(letter("", "X: b\r\n" * 2000)) is None


def test_a_text_without_any_header_is_no_header_block() -> None:
    assert broken_limit(b"just a line\n" * 2000) is None


def test_the_blocks_of_a_delivery_report_are_parts() -> None:
    raw = letter("Content-Type: message/delivery-status\r\n", "A: b\r\n\r\n" * 600)

    assert broken_limit(raw) is Unreadable.TOO_MANY_PARTS


def test_parts_of_a_digest_are_letters() -> None:
    raw = letter("Content-Type: multipart/digest; boundary=b\r\n", "--b\r\n\r\nSubject: x\r\n\r\nx\r\n" * 260)

    assert broken_limit(raw) is Unreadable.TOO_MANY_PARTS


@pytest.mark.parametrize(
    "piece", ["--b\n", "--", "\n--", "-", "=?", "boundary=", "Content-Type: multipart/x; boundary=b\n"]
)
def test_twice_the_length_takes_no_more_than_twice_the_time(piece: str) -> None:
    """Quadratic work would take four times; the bound leaves room for a busy machine."""

    def seconds(size: int) -> float:
        raw = letter("Content-Type: multipart/mixed; boundary=a\r\n", piece * (size // len(piece)))
        begun = time.process_time()
        broken_limit(raw)
        return time.process_time() - begun

    short = min(seconds(1_000_000) for _ in range(3))
    long = min(seconds(4_000_000) for _ in range(2))
    assert long < max(10 * short, 0.05)
