"""Who may be connected: strangers have shares, of which the oldest makes room; who signed in keeps what they have."""

from dataclasses import dataclass
from typing import cast

from hub.channels.sip.transport.crowd import Connection, Crowd


@dataclass(eq=False)
class Wire:
    id: str
    host: str
    transport: str = "TCP"
    trusted: bool = False

    def trust(self) -> None:
        self.trusted = True


def enter(crowd: Crowd, wire: Wire, *, trusted: bool = False) -> str | None:
    """It comes; the name of who had to go."""
    leaves = crowd.enter(cast("Connection", wire), trusted=trusted)
    if leaves is not None:
        crowd.leave(leaves.id)
    return None if leaves is None else leaves.id


def test_idle_streams_leave_browsers_their_room() -> None:
    crowd = Crowd(2_000, 100)
    gone = [
        enter(crowd, Wire(f"tcp:{a}.{n}", f"203.0.113.{a}"))
        for a in range(20)
        for n in range(100)
        if crowd.has_room_for(f"203.0.113.{a}")
    ]
    assert len(crowd.all()) == 500
    assert gone[500:502] == ["tcp:0.0", "tcp:0.1"]
    assert crowd.has_room_for("198.51.100.1")
    assert enter(crowd, Wire("ws:1", "198.51.100.1", "WS")) is None


def test_idle_browsers_leave_streams_their_room() -> None:
    crowd = Crowd(8, 100)
    for n in range(10):
        enter(crowd, Wire(f"ws:{n}", "203.0.113.1", "WS"))
    assert [one.id for one in crowd.all()] == ["ws:8", "ws:9"]
    assert enter(crowd, Wire("tcp:1", "203.0.113.1")) is None


def test_who_signed_in_is_never_the_one_that_makes_room() -> None:
    crowd = Crowd(4, 100)
    phones = [Wire(f"tcp:{n}", "192.0.2.1") for n in range(3)]
    for phone in phones:
        enter(crowd, phone)
        crowd.trust(phone.id)
    assert all(phone.trusted for phone in phones)
    assert enter(crowd, Wire("tcp:7", "203.0.113.1")) is None
    assert enter(crowd, Wire("tcp:8", "203.0.113.2")) == "tcp:7"
    crowd.trust("tcp:8")
    assert not crowd.has_room_for("203.0.113.3")
    crowd.leave("tcp:0")
    assert crowd.has_room_for("203.0.113.3")


def test_a_full_house_lets_in_one_more_of_ours_for_a_stranger() -> None:
    crowd = Crowd(4, 100)
    for n in range(3):
        enter(crowd, Wire(f"tcp:{n}", "192.0.2.1"), trusted=True)
    enter(crowd, Wire("ws:1", "203.0.113.1", "WS"))
    assert enter(crowd, Wire("tcp:9", "203.0.113.2")) == "ws:1"


def test_a_network_of_ipv6_is_one_address() -> None:
    crowd = Crowd(100, 3)
    for n in range(3):
        assert crowd.has_room_for(f"2001:db8::{n + 1}")
        enter(crowd, Wire(f"tcp:{n}", f"2001:db8::{n + 1}"))
    assert not crowd.has_room_for("2001:db8::99")
    assert crowd.has_room_for("2001:db8:0:1::1")
    crowd.leave("tcp:0")
    assert crowd.has_room_for("2001:db8::99")
