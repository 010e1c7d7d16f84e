"""Whoever brings too many letters waits, and cannot be forgotten by bringing others along."""

import pytest

from hub.channels.email.turns import Turns, source_of
from hub.domain.errors import TooMany


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def turns(seconds: Seconds, *, most: int = 10) -> Turns:
    return Turns(60.0, monotonic=seconds, most=most)


def use_up(kept: Turns, address: str) -> None:
    for _ in range(15):
        kept.take(address)


def test_a_quarter_of_a_minutes_letters_come_at_once_and_then_one_a_second() -> None:
    seconds = Seconds()
    kept = turns(seconds)
    use_up(kept, "192.0.2.1")
    with pytest.raises(TooMany) as refused:
        kept.take("192.0.2.1")
    assert refused.value.retry_after_s == pytest.approx(1.0)
    kept.take("192.0.2.2")
    seconds.now = 1.0
    kept.take("192.0.2.1")


def test_a_loud_address_is_not_forgotten_for_any_number_of_others() -> None:
    seconds = Seconds()
    kept = turns(seconds)
    use_up(kept, "192.0.2.1")
    for n in range(1_000):
        kept.take(f"198.51.{n // 250}.{n % 250}")
        assert len(kept) <= 10
    with pytest.raises(TooMany):
        kept.take("192.0.2.1")


def test_who_was_quiet_for_long_is_forgotten_first() -> None:
    seconds = Seconds()
    kept = turns(seconds, most=3)
    kept.take("192.0.2.1")
    kept.take("192.0.2.2")
    seconds.now = 5.0
    use_up(kept, "192.0.2.3")
    kept.take("192.0.2.4")
    assert len(kept) == 2
    with pytest.raises(TooMany):
        kept.take("192.0.2.3")


def test_a_network_of_ipv6_is_one_source() -> None:
    seconds = Seconds()
    kept = turns(seconds)
    for n in range(15):
        kept.take(f"2001:db8:1:2::{n:x}")
    with pytest.raises(TooMany):
        kept.take("2001:db8:1:2:ffff::1")
    kept.take("2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:0db8:0000:0000"),
        ("a socket", "a socket"),
        ("", ""),
    ],
)
def test_the_source_behind_an_address(address: str, source: str) -> None:
    assert source_of(address) == source
