"""SRV records: what is asked, what an answer says, and a name server that is slow, silent or lies."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.sip.transport.names import Service
from hub.channels.sip.transport.srv import (
    NoAnswer,
    SystemResolver,
    name_servers,
    question,
    records,
    services_of,
)

NAME = "_sip._udp.carrier.test"
ASKED = question(NAME, 7)
POINTER = b"\xc0\x0c"


def record(priority: int, weight: int, port: int, host: bytes, kind: int = 33) -> bytes:
    body = struct.pack("!HHH", priority, weight, port) + host
    return POINTER + struct.pack("!HHIH", kind, 1, 60, len(body)) + body


def answer(*found: bytes, asked: bytes = ASKED, flags: int = 0x8180) -> bytes:
    return asked[:2] + struct.pack("!HHHHH", flags, 1, len(found), 0, 0) + asked[12:] + b"".join(found)


def test_an_answer_gives_its_records_and_a_pointer_is_followed() -> None:
    # "carrier.test" begins behind the two labels of the question
    shared = b"\x04sip1" + bytes([0xC0, 12 + len(b"\x04_sip\x04_udp")])
    whole = b"\x04sip2\x07carrier\x04test\0"
    found = records(answer(record(10, 5, 5060, shared), record(20, 0, 5080, whole)), ASKED)
    assert found == [
        Service(host="sip1.carrier.test", port=5060, priority=10, weight=5),
        Service(host="sip2.carrier.test", port=5080, priority=20),
    ]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (answer(flags=0x8183), []),
        (answer(flags=0x8182), None),
        (answer(record(0, 0, 0, b"\0")), []),
        (answer(record(0, 0, 1, b"\x01a\0", kind=1)), []),
        (answer(record(0, 0, 1, b"\x01a\0"), flags=0x0100), None),
        (answer(record(0, 0, 1, b"\x01a\0"), asked=question("_sip._udp.other.test", 7)), None),
        (answer(record(0, 0, 1, b"\x01a\0"), asked=question(NAME, 8)), None),
        (answer(record(0, 0, 1, bytes([0xC0, len(answer()) + 18]))), None),
    ],
)
def test_what_is_no_answer_to_the_question_is_none(said: bytes, found: list[Service] | None) -> None:
    assert records(said, ASKED) == found


@given(st.binary(max_size=80), st.integers(0, 80))
def test_noise_is_survived(noise: bytes, at: int) -> None:
    good = answer(record(1, 1, 5060, b"\x04sip1\x04test\0"))
    records(good[:at] + noise, ASKED)


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64, ".".join(["abcdefg"] * 40)])
def test_what_is_no_name_is_not_asked_for(name: str) -> None:
    with pytest.raises(ValueError, match="label"):
        question(name, 1)


def test_name_servers_are_read_in_order() -> None:
    text = (
        "# a comment\nsearch test\nnameserver 192.0.2.1\nnameserver  2001:db8::1\nnameserver x\nnameserver\n"
    )
    assert name_servers(text) == ["192.0.2.1", "2001:db8::1"]


class Server(asyncio.DatagramProtocol):
    def __init__(self, answering: Callable[[bytes], list[bytes]]) -> None:
        self.answering = answering
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for one in self.answering(data):
            self.transport.sendto(one, addr)


@asynccontextmanager
async def name_server(answering: Callable[[bytes], list[bytes]]) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Server(answering), local_addr=("127.0.0.1", 0))
    try:
        yield int(transport.get_extra_info("sockname")[1])
    finally:
        transport.close()


async def test_a_name_server_is_asked_and_an_answer_to_somebody_else_is_passed_over() -> None:
    def answering(asked: bytes) -> list[bytes]:
        good = answer(record(1, 1, 5061, b"\x04sip1\x04test\0"), asked=asked)
        return [b"\0\0" + good[2:] if good[:2] != b"\0\0" else b"\1" + good[1:], good]

    async with name_server(answering) as port:
        assert await services_of(NAME, ["127.0.0.1"], port=port) == [
            Service(host="sip1.test", port=5061, priority=1, weight=1)
        ]


async def test_without_any_answer_there_are_no_services(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer):
        await services_of(NAME, [])
    assert await SystemResolver(tmp_path / "nothing").services(NAME) == ()
    assert "127.0.0.1" in await SystemResolver().addresses("localhost")
