"""From the bytes of a datagram to a message, or to the refusal that says what to answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.sip.message import Message, Request, Response
from hub.channels.sip.parse import LIMITS, Limits, message_of
from hub.channels.sip.refusal import Refused
from tests.unit.channels.sip import spoken
from tests.unit.channels.sip.torture.valid import VALID

START = "OPTIONS sip:a@b SIP/2.0"
FIELDS = (
    "Via: SIP/2.0/UDP c;branch=z9hG4bK1",
    "From: <sip:c@d>;tag=1",
    "To: <sip:a@b>",
    "Call-ID: x",
    "CSeq: 1 OPTIONS",
)


def raw(*more: str, start: str = START, leaving_out: str = " ", body: bytes = b"") -> bytes:
    lines = [start, *(line for line in FIELDS if not line.startswith(leaving_out)), *more, "", ""]
    return "\r\n".join(lines).encode() + body


def refusal(datagram: bytes, limits: Limits = LIMITS) -> Refused:
    with pytest.raises(Refused) as refused:
        message_of(datagram, limits)
    assert str(refused.value)
    return refused.value


@pytest.mark.parametrize("whole", [torture.raw for torture in VALID], ids=[torture.name for torture in VALID])
def test_every_prefix_is_refused_until_the_message_is_whole(whole: bytes) -> None:
    head_bytes = whole.index(b"\r\n\r\n") + 4
    for length in range(head_bytes):
        assert refusal(whole[:length]).status in (None, 400, 501, 505)


@spoken.CALM
@given(st.binary(max_size=200))
def test_noise_is_told_nothing(noise: bytes) -> None:
    assert refusal(noise).status is None


@settings(spoken.CALM, max_examples=30)
@given(spoken.messages(), st.data())
def test_a_message_with_a_piece_of_another_in_it_is_a_message_or_refused(
    message: Message, data: st.DataObject
) -> None:
    whole = bytes(message)
    other = bytes(data.draw(spoken.messages()))
    at, start, end = (data.draw(st.integers(0, size)) for size in (len(whole), len(other), len(other)))
    try:
        found = message_of(whole[:at] + other[start:end] + whole[at:])
    except Refused:
        return
    assert isinstance(found, Request | Response)
    assert message_of(bytes(found)) == found


@pytest.mark.parametrize(
    "datagram", [b"", b"\r\n", b"\r\n\r\n", b"\0" * 20, b"hello", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"]
)
def test_what_is_no_sip_is_told_nothing(datagram: bytes) -> None:
    assert refusal(datagram).status is None


@pytest.mark.parametrize("name", ["From", "To", "Call-ID", "CSeq"])
def test_a_request_without_what_it_must_have_is_a_bad_one(name: str) -> None:
    refused = refusal(raw(leaving_out=name))
    assert (refused.status, refused.reason) == (400, f"{name.lower()} is missing")
    assert name not in [field.name for field in refused.fields]


def test_a_request_without_a_via_cannot_be_answered() -> None:
    assert refusal(raw(leaving_out="Via")).status is None


@pytest.mark.parametrize("line", [*FIELDS[1:], "Max-Forwards: 7", "Expires: 7", "Content-Type: a/b"])
def test_what_may_stand_once_does_not_stand_twice(line: str) -> None:
    assert message_of(raw(line, leaving_out=line)).names
    assert refusal(raw(line, line, leaving_out=line)).status == 400


@pytest.mark.parametrize(
    "line",
    [
        "Contact: <sip:a@b",
        "Contact: *, <sip:a@b>",
        "Route: <sip:a b>",
        "Record-Route: sip:a@b?x=y",
        "Max-Forwards: many",
        "Require: a b",
        "Content-Type: sdp",
        "Date: yesterday",
        "Content-Length: 1",
        "Content-Length: +0",
        "Content-Length: 0, 0",
        "Content-Length: 9999999999999999999999",
        "Via: SIP/1.0/UDP c",
        "Via: nonsense",
        "no colon",
        ": no name",
        "N me: x",
        "Nаme: x",
        "X: a\rb",
        "X: a\nb",
        "X: a\r",
    ],
)
def test_a_field_that_is_not_what_it_should_be_makes_a_bad_request(line: str) -> None:
    assert refusal(raw(line)).status == 400


@pytest.mark.parametrize(
    ("start", "status"),
    [
        ("OPTIONS sip:a@b SIP/7.0", 505),
        ("OPTIONS sip:a@b SIP/2.00", 505),
        ("OPTIONS sip:a@b", None),
        ("OPTIONS sip:a@b  SIP/2.0", 400),
        ("OPTIONS\tsip:a@b SIP/2.0", 400),
        ("OPTIONS sip:a@b\tSIP/2.0", None),
        ("OPTIONS sip:a@b SIP/2.0 ", 400),
        ("OPTIONS sip:a@b;method=BYE SIP/2.0", 400),
        ("OPTIONS b SIP/2.0", 400),
        (" SIP/2.0", 400),
        ("OPT(IONS sip:a@b SIP/2.0", 400),
        ("BYE sip:a@b SIP/2.0", 400),
        ("FROBNICATE sip:a@b SIP/2.0", 501),
        ("ACK sip:a@b SIP/2.0", None),
        ("SIP/2.0 99 x", None),
        ("SIP/2.0 700 x", None),
        ("SIP/2.0 0200 x", None),
        ("SIP/3.0 200 OK", None),
        ("SIP/2.0 200OK", None),
    ],
)
def test_a_start_line_that_cannot_be_followed_is_refused(start: str, status: int | None) -> None:
    assert refusal(raw(start=start)).status == status


def test_a_bad_response_is_told_to_nobody() -> None:
    assert isinstance(message_of(raw(start="sip/2.0 200")), Response)
    assert refusal(raw(start="SIP/2.0 200 OK", leaving_out="CSeq")).status is None


def test_the_version_is_read_in_any_case() -> None:
    assert isinstance(message_of(raw(start="OPTIONS sip:a@b sip/2.0")), Request)


def test_methods_are_case_sensitive() -> None:
    assert refusal(raw(start="options sip:a@b SIP/2.0")).status == 501


def test_the_body_ends_where_its_length_says_or_with_the_datagram() -> None:
    assert message_of(raw("l: 2", body=b"abcd")).body == b"ab"
    assert message_of(raw(body=b"abcd")).body == b"abcd"
    assert message_of(raw("Content-Length: 0002", body=b"ab")).body == b"ab"
    assert refusal(raw("l: 5", body=b"abcd")).status == 400


def test_empty_lines_before_a_message_are_skipped() -> None:
    assert message_of(b"\r\n\r\n\r\n" + raw()) == message_of(raw())


def test_a_field_goes_on_in_lines_that_begin_with_a_blank() -> None:
    found = message_of(raw("Subject: a\r\n\tb\r\n   c\r\n ", "X-Odd:\r\n d"))
    assert (found.one("subject"), found.one("x-odd")) == ("a b c", "d")


def test_limits_hold_at_their_number_and_not_beyond() -> None:
    exact = Limits(message_bytes=len(raw()) + 4, fields=6, field_chars=40)
    assert message_of(raw("X: "), Limits(message_bytes=len(raw("X: ")), fields=6)).body == b""
    assert refusal(raw("X: ", body=b"a"), Limits(message_bytes=len(raw("X: ")))).status == 513
    assert message_of(raw("X:"), exact).body == b""
    assert refusal(raw("X:", "Y:"), Limits(fields=6)).status == 400
    assert len(message_of(raw("X:" + "y" * 38), Limits(field_chars=40)).fields) == 6
    assert refusal(raw("X:" + "y" * 39), Limits(field_chars=40)).status == 400


def test_two_hundred_fields_and_64_kib_are_taken() -> None:
    lines = ["X: y"] * 195
    room = 65_536 - len(raw(*lines))
    assert len(message_of(raw(*lines, body=b"z" * room)).fields) == 200
    assert refusal(raw(*lines, body=b"z" * (room + 1))).status == 513
    assert refusal(raw(*lines, "X: y")).status == 400
