"""Leases of one process: numbers that grow over restarts, times that do not follow the wall clock."""

from hub.cluster.embedded.leases import EmbeddedLeases
from tests.fakes.clock import FakeClock


async def test_the_holder_is_the_node() -> None:
    lease = await EmbeddedLeases(FakeClock(), node="one").acquire("router", 10)

    assert lease is not None
    assert lease.holder == "one"


async def test_a_process_started_later_gives_greater_numbers() -> None:
    clock = FakeClock()
    before = await EmbeddedLeases(clock, node="one").acquire("router", 10)
    clock.advance(1)
    after = await EmbeddedLeases(clock, node="one").acquire("router", 10)

    assert before is not None
    assert after is not None
    assert after.fencing > before.fencing


async def test_a_jump_of_the_wall_clock_ends_no_lease() -> None:
    clock = FakeClock()
    leases = EmbeddedLeases(clock, node="one")
    lease = await leases.acquire("router", 10)
    assert lease is not None

    clock.jump(3600)

    assert await leases.acquire("router", 10) is None
    assert await leases.renew(lease, 10)


async def test_a_lease_ends_at_its_time_to_live_exactly() -> None:
    clock = FakeClock()
    leases = EmbeddedLeases(clock, node="one")
    await leases.acquire("router", 10)

    clock.advance(9.999)
    assert await leases.acquire("router", 10) is None

    clock.advance(0.001)
    assert await leases.acquire("router", 10) is not None
