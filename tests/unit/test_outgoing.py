"""The writing side of a socket: whole frames, never a wait, and an end for readers that do not read."""

import asyncio
from typing import Any, cast

import pytest
from aiohttp import WSMsgType
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from hub.outgoing import Outgoing, framed


class Pipe:
    """A transport whose other end takes nothing unless told to."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.unread = 0
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.unread += len(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.is_closed

    def abort(self) -> None:
        self.is_closed = True


class Side:
    """An `Outgoing` on a pipe."""

    def __init__(self, *, backlog_bytes: int = 100, backlog_s: float = 60) -> None:
        self.pipe = Pipe()
        self.given_up = 0
        self.outgoing = Outgoing(
            cast(Any, self.pipe), backlog_bytes=backlog_bytes, backlog_s=backlog_s, too_slow=self._too_slow
        )

    def _too_slow(self) -> None:
        self.given_up += 1


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_another_implementation_reads(size: int) -> None:
    payload = b"x" * size
    stream = StreamReader()
    stream.feed_data(framed(payload))
    parsing = Frame.parse(stream.read_exact, mask=False)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    frame = done.value.value
    assert (frame.opcode, frame.fin, frame.data) == (Opcode.TEXT, True, payload)


def test_a_pong_is_a_control_frame() -> None:
    assert framed(b"hi", WSMsgType.PONG) == b"\x8a\x02hi"


async def test_a_frame_that_finds_the_buffer_empty_may_be_of_any_size() -> None:
    side = Side()
    assert side.outgoing.write(b"x" * 1000)
    assert side.given_up == 0


async def test_who_leaves_more_than_the_backlog_unread_is_given_up_once() -> None:
    side = Side()
    side.outgoing.write(b"x" * 1000)
    assert not side.outgoing.write(b"more")
    assert not side.outgoing.write(b"and more")
    assert side.given_up == 1
    assert len(side.pipe.written) == 1


async def test_a_little_left_unread_is_given_up_when_its_time_is_over() -> None:
    side = Side(backlog_s=0.05)
    side.outgoing.write(b"x")
    assert side.outgoing.write(b"y"), "there is time left"
    await asyncio.sleep(0.1)
    assert side.given_up == 1


async def test_the_time_begins_with_the_frame_that_found_the_buffer_empty() -> None:
    side = Side(backlog_s=0.05)
    side.outgoing.write(b"x")
    await asyncio.sleep(0.1)
    assert not side.outgoing.write(b"y")
    assert side.given_up == 1


async def test_who_reads_everything_in_time_is_never_given_up() -> None:
    side = Side(backlog_s=0.05)
    for _ in range(4):
        side.outgoing.write(b"x")
        side.outgoing.write(b"y")
        side.pipe.unread = 0
        await asyncio.sleep(0.03)
    assert side.given_up == 0


async def test_what_is_written_while_held_follows_what_is_released_first() -> None:
    side = Side()
    side.outgoing.hold()
    side.outgoing.write(b"forgotten")
    side.outgoing.hold()
    side.outgoing.write(b"late")
    assert side.pipe.written == []
    side.outgoing.release(b"snapshot")
    assert side.pipe.written == [framed(b"snapshot"), framed(b"late")]


async def test_nothing_follows_the_end() -> None:
    side = Side()
    side.outgoing.hold()
    side.outgoing.write(b"kept")
    side.outgoing.end()
    side.outgoing.release()
    assert not side.outgoing.write(b"more")
    assert side.pipe.written == []


async def test_a_transport_that_closes_takes_nothing() -> None:
    side = Side()
    side.pipe.is_closed = True
    assert not side.outgoing.write(b"x")
    assert side.pipe.written == []


async def test_what_is_left_is_cut_off_after_a_moment() -> None:
    side = Side()
    side.outgoing.write(b"x")
    side.outgoing.cut_after(0.01)
    await asyncio.sleep(0.05)
    assert side.pipe.is_closed
