"""Messages come out of a stream whole and in order, however its bytes are cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.sip.message import Message
from hub.channels.sip.parse import Limits
from hub.channels.sip.refusal import Refused
from hub.channels.sip.stream import KeepAlive, Stream
from tests.unit.channels.sip import spoken
from tests.unit.channels.sip.test_parse import raw

PING, PONG = KeepAlive.PING, KeepAlive.PONG


def only_refusal(stream: Stream, data: bytes) -> Refused:
    (found,) = stream.feed(data)
    assert isinstance(found, Refused)
    return found


@settings(spoken.CALM, max_examples=30)
@given(st.lists(spoken.messages(), min_size=1, max_size=4), st.lists(st.integers(1, 300), max_size=20))
def test_messages_come_as_they_were_sent_wherever_the_stream_is_cut(
    sent: list[Message], sizes: list[int]
) -> None:
    data = b"".join(bytes(message) for message in sent)
    stream = Stream()
    found: list[object] = []
    for size in sizes:
        found += stream.feed(data[:size])
        data = data[size:]
    found += stream.feed(data)
    assert found == sent
    assert not stream.is_within_a_message
    assert not stream.is_over


@spoken.CALM
@given(st.lists(st.binary(max_size=80), max_size=5))
def test_noise_is_refused_once_and_then_nothing_comes(pieces: list[bytes]) -> None:
    stream = Stream()
    found = [one for piece in pieces for one in stream.feed(piece) if isinstance(one, Refused)]
    assert len([one for one in found if one.ends_stream]) <= 1
    assert stream.is_over == any(one.ends_stream for one in found)


def test_keep_alives_are_told_apart_and_told_at_once() -> None:
    stream = Stream()
    assert stream.feed(b"\r\n") == [PONG]
    assert stream.feed(b"\r\n\r\n\r\n\r\n") == [PING, PING, PONG]
    assert stream.feed(b"\r") == []
    assert stream.feed(b"\n") == [PING]
    assert stream.feed(b"\r\n\r\n") == [PING]
    assert not stream.is_over
    assert not stream.is_within_a_message


def test_an_empty_line_before_a_message_does_no_harm() -> None:
    stream = Stream()
    found = stream.feed(b"\r\n" + raw("l: 0") + b"\r\n\r\n" + raw("l: 1", body=b"x"))
    assert [found[0], found[2]] == [PONG, PING]
    assert [one.body for one in (found[1], found[3]) if not isinstance(one, Refused | KeepAlive)] == [
        b"",
        b"x",
    ]


def test_a_half_ping_is_forgotten_with_the_next_message() -> None:
    stream = Stream()
    assert stream.feed(b"\r\n") == [PONG]
    assert len(stream.feed(raw("l: 0"))) == 1
    assert stream.feed(b"\r\n") == [PONG]


@pytest.mark.parametrize("line", ["X: y", "l: -1", "l: 99999999999", "no colon", "X: a\rb"])
def test_what_hides_where_the_message_ends_ends_the_stream(line: str) -> None:
    stream = Stream()
    refused = only_refusal(stream, raw(line))
    assert (refused.status, refused.ends_stream, stream.is_over) == (400, True, True)
    assert stream.feed(raw("l: 0")) == []


def test_a_bad_message_with_a_good_length_ends_nothing() -> None:
    stream = Stream()
    bad, good = stream.feed(raw("l: 3", leaving_out="From", body=b"abc") + raw("l: 0"))
    assert isinstance(bad, Refused)
    assert (bad.status, bad.ends_stream) == (400, False)
    assert not isinstance(good, Refused)


def test_a_message_beyond_the_limit_is_refused_before_it_is_held() -> None:
    exact = Limits(message_bytes=len(raw("l: 10")) + 10)
    assert not isinstance(Stream(exact).feed(raw("l: 10", body=b"x" * 10))[0], Refused)
    refused = only_refusal(Stream(exact), raw("l: 11"))
    assert (refused.status, refused.ends_stream) == (513, True)


def test_a_head_that_does_not_end_is_refused_at_the_limit() -> None:
    stream = Stream(Limits(message_bytes=1_000))
    head = raw("X: y")[:-2]
    assert stream.feed(head + b"Y: " + b"y" * (996 - len(head))) == []
    refused = only_refusal(stream, b"y")
    assert (refused.status, refused.ends_stream) == (513, True)
    assert only_refusal(Stream(Limits(message_bytes=100)), b"x" * 100).status is None


def test_a_stream_says_when_the_rest_of_a_message_is_owed() -> None:
    stream = Stream()
    for piece in (raw("l: 2")[:20], raw("l: 2")[20:], b"a"):
        assert stream.feed(piece) == []
        assert stream.is_within_a_message
    assert len(stream.feed(b"b")) == 1
    assert not stream.is_within_a_message
