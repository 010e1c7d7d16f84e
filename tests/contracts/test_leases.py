"""What must be true of every implementation of leases."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from hub.cluster.embedded.leases import EmbeddedLeases
from hub.ports.leases import Leases
from tests.fakes.clock import FakeClock


@dataclass(frozen=True)
class Setting:
    """Leases as two contenders see them, and a way to let time pass."""

    ours: Leases
    theirs: Leases
    pass_s: Callable[[float], Awaitable[None]]


@asynccontextmanager
async def embedded() -> AsyncIterator[Setting]:
    clock = FakeClock()
    leases = EmbeddedLeases(clock, node="one")

    async def pass_s(seconds: float) -> None:
        clock.advance(seconds)

    yield Setting(leases, leases, pass_s)


IMPLEMENTATIONS: dict[str, Callable[[], AbstractAsyncContextManager[Setting]]] = {"embedded": embedded}

TTL_S = 0.5
LONG_S = 60.0


@pytest.fixture(params=list(IMPLEMENTATIONS))
async def setting(request: pytest.FixtureRequest) -> AsyncIterator[Setting]:
    async with IMPLEMENTATIONS[request.param]() as made:
        yield made


async def test_a_free_lease_is_granted_at_once(setting: Setting) -> None:
    lease = await setting.ours.acquire("router:a", LONG_S)

    assert lease is not None
    assert lease.name == "router:a"


async def test_nobody_gets_what_somebody_holds(setting: Setting) -> None:
    await setting.ours.acquire("router:a", LONG_S)

    assert await setting.theirs.acquire("router:a", LONG_S) is None
    assert await setting.ours.acquire("router:a", LONG_S) is None


async def test_different_names_exclude_nobody(setting: Setting) -> None:
    await setting.ours.acquire("router:a", LONG_S)

    assert await setting.theirs.acquire("router:b", LONG_S) is not None


async def test_a_released_lease_is_free_and_its_next_holder_has_a_greater_number(setting: Setting) -> None:
    first = await setting.ours.acquire("router:a", LONG_S)
    assert first is not None
    await setting.ours.release(first)

    second = await setting.theirs.acquire("router:a", LONG_S)

    assert second is not None
    assert second.fencing > first.fencing


async def test_a_lease_that_nobody_renews_ends_by_itself(setting: Setting) -> None:
    first = await setting.ours.acquire("router:a", TTL_S)
    assert first is not None
    await setting.pass_s(TTL_S + 0.1)

    second = await setting.theirs.acquire("router:a", LONG_S)

    assert second is not None
    assert second.fencing > first.fencing


async def test_a_renewed_lease_goes_on(setting: Setting) -> None:
    lease = await setting.ours.acquire("router:a", TTL_S)
    assert lease is not None

    assert await setting.ours.renew(lease, LONG_S)
    await setting.pass_s(TTL_S + 0.1)

    assert await setting.theirs.acquire("router:a", LONG_S) is None
    assert await setting.ours.renew(lease, LONG_S)


async def test_a_lease_that_ran_out_cannot_be_renewed_even_if_nobody_took_it(setting: Setting) -> None:
    lease = await setting.ours.acquire("router:a", TTL_S)
    assert lease is not None
    await setting.pass_s(TTL_S + 0.1)

    assert not await setting.ours.renew(lease, LONG_S)


async def test_the_former_holder_can_neither_renew_nor_release_what_another_holds(setting: Setting) -> None:
    lost = await setting.ours.acquire("router:a", TTL_S)
    assert lost is not None
    await setting.pass_s(TTL_S + 0.1)
    held = await setting.theirs.acquire("router:a", LONG_S)
    assert held is not None

    assert not await setting.ours.renew(lost, LONG_S)
    await setting.ours.release(lost)

    assert await setting.theirs.renew(held, LONG_S)
    assert await setting.ours.acquire("router:a", LONG_S) is None


async def test_a_lease_may_be_released_twice(setting: Setting) -> None:
    lease = await setting.ours.acquire("router:a", LONG_S)
    assert lease is not None

    await setting.ours.release(lease)
    await setting.ours.release(lease)

    assert await setting.theirs.acquire("router:a", LONG_S) is not None
