"""Ever slower after failures, never locked for good."""

import pytest

from agent_console.backoff import Backoff, network_of
from hub.domain.errors import TooMany
from tests.fakes.clock import FakeClock


def failed(backoff: Backoff, times: int, account: str = "anna", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        backoff.begin(account, address)


def wait_s(backoff: Backoff, account: str = "anna", address: str = "192.0.2.1") -> float:
    """How long the next attempt must wait; 0 when it was let through."""
    try:
        backoff.begin(account, address)
    except TooMany as refused:
        return refused.retry_after_s
    return 0.0


def test_four_failures_cost_nothing_and_the_fifth_costs_half_a_minute() -> None:
    backoff = Backoff(FakeClock())
    failed(backoff, 4)
    assert wait_s(backoff) == 0
    assert wait_s(backoff) == 30


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    clock = FakeClock()
    backoff = Backoff(clock)
    failed(backoff, 5)
    waits = []
    for _ in range(4):
        waits.append(wait_s(backoff))
        clock.advance(waits[-1])
        failed(backoff, 1)

    assert waits == [30, 60, 120, 240]


def test_no_wait_is_longer_than_a_quarter_of_an_hour() -> None:
    patience = Backoff(FakeClock())._accounts._patience
    assert [patience.wait_s(n) for n in (4, 5, 9, 10, 64)] == [0, 30, 480, 900, 900]


def test_an_attempt_that_comes_too_soon_makes_the_wait_no_longer() -> None:
    clock = FakeClock()
    backoff = Backoff(clock)
    failed(backoff, 5)
    for _ in range(100):
        assert wait_s(backoff) == 30
    clock.advance(30)
    assert wait_s(backoff) == 0


def test_failures_are_forgotten_after_a_quarter_of_an_hour() -> None:
    clock = FakeClock()
    backoff = Backoff(clock)
    failed(backoff, 4)
    clock.advance(899)
    failed(backoff, 1)
    clock.advance(1)

    failed(backoff, 3)
    assert wait_s(backoff) == 0


def test_a_success_forgets_the_failures_of_the_account() -> None:
    backoff = Backoff(FakeClock())
    failed(backoff, 5, address="192.0.2.1")
    backoff.succeeded("anna", "192.0.2.1")
    failed(backoff, 4)
    assert wait_s(backoff) == 0


def test_an_address_may_fail_nineteen_times_over_many_accounts_and_waits_after_the_twentieth() -> None:
    backoff = Backoff(FakeClock())
    for number in range(20):
        failed(backoff, 1, account=f"user{number}")
    assert wait_s(backoff, account="another") == 30
    assert wait_s(backoff, account="another", address="192.0.2.2") == 0


def test_a_success_does_not_wash_the_address_of_its_other_failures() -> None:
    backoff = Backoff(FakeClock())
    for number in range(19):
        failed(backoff, 1, account=f"user{number}")
    backoff.begin("mine", "192.0.2.1")
    backoff.succeeded("mine", "192.0.2.1")
    failed(backoff, 1, account="user19")
    assert wait_s(backoff, account="user20") == 30


def test_a_hundred_attempts_at_once_are_no_way_around_the_limit() -> None:
    backoff = Backoff(FakeClock())
    let_through = sum(wait_s(backoff) == 0 for _ in range(100))
    assert let_through == 5


def test_an_attempt_that_came_to_nothing_for_reasons_of_ours_does_not_count() -> None:
    backoff = Backoff(FakeClock())
    for _ in range(100):
        backoff.begin("anna", "192.0.2.1")
        backoff.not_tried("anna", "192.0.2.1")


def test_a_leap_of_the_wall_clock_shortens_no_wait() -> None:
    clock = FakeClock()
    backoff = Backoff(clock)
    failed(backoff, 5)
    clock.jump(3_600)
    assert wait_s(backoff) == 30


def test_memory_stays_within_its_room_and_the_oldest_goes_first() -> None:
    backoff = Backoff(FakeClock(), room=100)
    failed(backoff, 5, account="first")
    for number in range(99):
        failed(backoff, 1, account=f"user{number}", address=f"198.51.100.{number}")
    assert wait_s(backoff, account="first", address="192.0.2.9") == 30
    for number in range(10_000):
        failed(backoff, 1, account=f"later{number}", address=f"2001:db8:{number:x}::1")

    assert len(backoff._accounts._records) == 100
    assert len(backoff._addresses._records) == 100


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_is_one_ipv4_or_the_64_bits_of_a_house(address: str, network: str) -> None:
    assert network_of(address) == network
