"""The counting behind the limits, at its boundaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.webchat.limits import Networks, Pace, Rate, Together, Window


def test_a_rate_allows_its_burst_at_once_and_then_its_gap() -> None:
    rate = Rate(per_s=2, burst=3)
    assert [rate.wait_s("a", 10.0) for _ in range(3)] == [0, 0, 0]
    assert rate.wait_s("a", 10.0) == pytest.approx(0.5)
    assert rate.wait_s("b", 10.0) == 0
    assert rate.wait_s("a", 10.49) == pytest.approx(0.01)
    assert rate.wait_s("a", 10.5) == 0
    assert rate.wait_s("a", 10.5) == pytest.approx(0.5)


@given(
    per_s=st.sampled_from([0.1, 1.0, 7.0]),
    burst=st.integers(1, 10),
    gaps=st.lists(st.floats(0, 5), max_size=60),
)
def test_a_rate_never_allows_more_than_burst_and_rate_together(
    per_s: float, burst: int, gaps: list[float]
) -> None:
    rate, now, allowed = Rate(per_s=per_s, burst=burst), 100.0, []
    for gap in gaps:
        now += gap
        if rate.wait_s("a", now) == 0:
            allowed.append(now)
    for first, start in enumerate(allowed):
        for last in range(first, len(allowed)):
            most = burst + (allowed[last] - start) * per_s
            assert last - first + 1 <= most + 1e-3


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40))
def test_after_the_wait_a_rate_allows(gaps: list[float]) -> None:
    rate, now = Rate(per_s=1, burst=2), 0.0
    for gap in gaps:
        now += gap
        wait_s = rate.wait_s("a", now)
        if wait_s:
            now += wait_s
            assert rate.wait_s("a", now) == 0


def test_a_rate_forgets_keys_that_are_idle() -> None:
    rate = Rate(per_s=1, burst=1)
    for number in range(5000):
        rate.wait_s(f"key {number}", float(number))
    assert len(rate._due) <= 2 * 1024


def test_a_pace_delays_what_is_beyond_its_burst() -> None:
    pace = Pace(per_s=10, burst=2)
    assert [pace.delay_s(5.0) for _ in range(4)] == pytest.approx([0, 0, 0.1, 0.2])
    assert pace.delay_s(6.0) == 0


def test_a_window_allows_its_limit_until_the_oldest_leaves() -> None:
    window = Window(limit=2, window_s=60)
    assert [window.wait_s("a", at) for at in (0.0, 10.0)] == [0, 0]
    assert window.wait_s("a", 59.9) == pytest.approx(0.1)
    assert window.wait_s("b", 59.9) == 0
    assert window.wait_s("a", 60.0) == 0
    assert window.wait_s("a", 60.0) == pytest.approx(10.0)


def test_what_is_given_back_to_a_window_was_never_counted() -> None:
    window = Window(limit=1, window_s=60)
    window.wait_s("a", 0.0)
    window.give_back("a")
    window.give_back("a")
    window.give_back("nobody")
    assert window.wait_s("a", 0.0) == 0


def test_a_window_forgets_addresses_that_are_idle() -> None:
    window = Window(limit=1, window_s=1)
    for number in range(5000):
        window.wait_s(f"key {number}", float(number))
    assert len(window._taken) <= 2 * 1024


def test_so_many_at_a_time_and_no_more() -> None:
    together = Together(limit=2)
    assert [together.enter("a") for _ in range(3)] == [True, True, False]
    assert together.enter("b") is True
    together.leave("a")
    assert [together.enter("a") for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a socket file", "a socket file"),
    ],
)
def test_an_address_counts_as_itself_and_one_of_ipv6_as_its_network(address: str, key: str) -> None:
    assert Networks([]).key(address) == key


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "::1"])
def test_exempt_networks_are_not_counted(address: str) -> None:
    assert Networks(["127.0.0.0/8", "::1"]).key(address) is None


def test_what_is_beside_an_exempt_network_is_counted() -> None:
    assert Networks(["192.0.2.0/25"]).key("192.0.2.128") == "192.0.2.128"
