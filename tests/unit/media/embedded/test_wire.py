"""Whom a plain leg believes, on real sockets of this machine, read by hand."""

import socket
import struct
from collections.abc import Iterator
from random import Random

import pytest

from hub.clock import SystemClock
from hub.media.embedded.mail import Mail
from hub.media.embedded.ports import PortRange
from hub.media.embedded.wire import PlainWire
from hub.ports.media import NoRoom

HOST = "127.0.0.1"


class Heard:
    def __init__(self) -> None:
        self.sound: list[bytes] = []
        self.reports: list[bytes] = []

    def rtp(self, raw: bytes, came_s: float) -> None:
        self.sound.append(raw)

    def rtcp(self, raw: bytes) -> None:
        self.reports.append(raw)


class Line:
    """A wire, and sockets that send to it."""

    def __init__(self) -> None:
        clock = SystemClock()
        self.mail, self.heard = Mail(clock), Heard()
        first = 40_000 + 2 * Random().randrange(5_000)
        self.wire = PlainWire(PortRange(HOST, first, first + 199, Random(2)), self.mail, self.heard)
        self.sockets: list[socket.socket] = []

    def phone(self) -> socket.socket:
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((HOST, 0))
        one.setblocking(False)
        self.sockets.append(one)
        return one

    def came(self, phone: socket.socket, *numbers: int, ssrc: int = 1) -> list[bytes]:
        """What is heard once the phone sent packets of these numbers."""
        for number in numbers:
            phone.sendto(struct.pack("!BBHII", 0x80, 0, number, 0, ssrc) + b"x", (HOST, self.wire.port))
        before = len(self.heard.sound)
        self.mail.read()
        return self.heard.sound[before:]


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.wire.close()
    for one in line.sockets:
        one.close()


def test_the_one_that_the_description_names_is_believed_at_once(line: Line) -> None:
    phone, other = line.phone(), line.phone()
    line.wire.point_at(HOST, phone.getsockname()[1], mux=False)
    assert len(line.came(phone, 1)) == 1
    assert line.came(other, 1, 2, 3, 4, 5) == []


def test_another_one_is_believed_after_three_in_a_row_and_nothing_of_it_is_lost(line: Line) -> None:
    phone, other = line.phone(), line.phone()
    line.wire.point_at("192.0.2.1", 4000, mux=False)
    assert line.came(phone, 7, 8) == []
    assert len(line.came(phone, 9)) == 3
    assert line.came(other, 1, 2, 3, 4) == []
    assert line.wire.send(b"to the phone")
    assert phone.recv(100) == b"to the phone"


def test_the_one_that_the_description_names_takes_the_place_of_one_who_was_quicker(line: Line) -> None:
    phone, thief = line.phone(), line.phone()
    line.wire.point_at(HOST, phone.getsockname()[1], mux=False)
    assert len(line.came(thief, 1, 2, 3, 4)) == 4
    assert len(line.came(phone, 1, ssrc=2)) == 1
    assert line.came(thief, 5, 6, 7, 8) == []
    assert line.wire.send(b"to the phone")
    assert phone.recv(100) == b"to the phone"
    with pytest.raises(BlockingIOError):
        thief.recv(100)


@pytest.mark.parametrize(
    ("named", "is_learned"),
    [
        ("8.8.8.8", False),
        ("2001:4860::1", False),
        ("10.0.0.7", True),
        ("100.64.1.2", True),
        ("fd00::1", True),
    ],
)
def test_somebody_elsewhere_is_learned_only_for_one_whom_nobody_outside_reaches(
    line: Line, named: str, is_learned: bool
) -> None:
    line.wire.point_at(named, 4000, mux=False)
    assert bool(line.came(line.phone(), 1, 2, 3, 4, 5, 6)) is is_learned


def test_another_port_of_the_same_host_is_learned(line: Line) -> None:
    phone = line.phone()
    line.wire.point_at("127.0.0.1", 9, mux=False)
    assert len(line.came(phone, 1, 2, 3)) == 3


def test_two_who_interrupt_each_other_are_not_believed(line: Line) -> None:
    one, two = line.phone(), line.phone()
    line.wire.point_at("192.0.2.1", 4000, mux=False)
    for number in range(5):
        assert line.came(one, number) == []
        assert line.came(two, number) == []
    assert line.came(one, 10, 12, 14, 16) == []


def test_the_same_description_again_changes_nothing_and_another_one_does(line: Line) -> None:
    one, two = line.phone(), line.phone()
    line.wire.point_at(HOST, one.getsockname()[1], mux=False)
    line.came(one, 1)
    line.wire.point_at(HOST, one.getsockname()[1], mux=False)
    assert line.came(two, 1, 2, 3) == []
    line.wire.point_at(HOST, two.getsockname()[1], mux=False)
    assert len(line.came(two, 4)) == 1
    assert line.came(one, 2) == []


def test_host_names_and_holds_are_not_sent_to(line: Line) -> None:
    for host in ("phone.example", "0.0.0.0", "::"):
        line.wire.point_at(host, 4000, mux=False)
        assert not line.wire.is_up
        assert not line.wire.send(b"x")


def test_nothing_harms_a_wire_that_is_closed(line: Line) -> None:
    line.wire.point_at(HOST, 9, mux=False)
    line.wire.close()
    line.wire.close()
    assert not line.wire.send(b"x")
    line.wire.send_report(b"x")
    line.mail.read()


def test_ports_are_taken_in_pairs_and_the_last_that_came_back_comes_last() -> None:
    first = 50_000 + 2 * Random().randrange(5_000)
    ports = PortRange(HOST, first + 1, first + 7, Random(1))
    pairs = [ports.take() for _ in range(ports.free)]
    assert sorted(pair.port for pair in pairs) == [first + 2, first + 4, first + 6]
    with pytest.raises(NoRoom):
        ports.take()
    for pair in pairs:
        ports.give_back(pair)
    again = ports.take()
    assert again.port == pairs[0].port
    ports.give_back(again)
