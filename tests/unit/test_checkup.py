"""Each part of the hub is tested by itself: one test at a time, with an end, and one that fails harms nobody."""

import asyncio
from pathlib import Path

import pytest

from hub import part_checks
from hub.checkup import Checkup
from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.errors import Conflict, Unavailable
from hub.domain.ids import TenantId
from hub.own_checks import _bus
from hub.part_checks import CLOCKS_APART_S, ok
from hub.ports.status import ChannelState, Finding, Health
from tests.fakes.clock import FakeClock

TENANT, OTHER = TenantId("t1"), TenantId("t2")


async def fine(_: TenantId) -> list[Finding]:
    return [ok("part", "fine", code="fine")]


async def test_parts_are_listed_in_the_order_of_their_registration_with_the_state_of_channels() -> None:
    checkup = Checkup(FakeClock())
    checkup.part("store", fine)
    checkup.channel("webchat", lambda: ChannelState.LIVE, fine)
    assert [(one.part, one.state) for one in checkup.parts(TENANT)] == [
        ("store", None),
        ("webchat", ChannelState.LIVE),
    ]
    assert checkup.channel_states() == {"webchat": ChannelState.LIVE}
    with pytest.raises(ValueError, match="store"):
        checkup.part("store", fine)


async def test_what_one_tenant_found_is_not_told_to_another() -> None:
    checkup = Checkup(FakeClock())
    checkup.part("store", fine)
    await checkup.examine("store", TENANT)
    assert checkup.parts(TENANT)[0].latest is not None
    assert checkup.parts(OTHER)[0].latest is None


async def test_a_part_is_tested_once_at_a_time() -> None:
    checkup, go_on = Checkup(FakeClock()), asyncio.Event()

    async def slow(_: TenantId) -> list[Finding]:
        await go_on.wait()
        return []

    checkup.part("disk", slow)
    first = asyncio.create_task(checkup.examine("disk", TENANT))
    await asyncio.sleep(0)
    with pytest.raises(Conflict):
        await checkup.examine("disk", TENANT)
    go_on.set()
    assert (await first).findings == ()
    assert (await checkup.examine("disk", TENANT)).findings == ()


async def hangs(_: TenantId) -> list[Finding]:
    await asyncio.Event().wait()
    return []


async def breaks(_: TenantId) -> list[Finding]:
    raise RuntimeError("a fault of the test")


async def is_away(_: TenantId) -> list[Finding]:
    raise Unavailable("the store is away", code="store_unavailable")


@pytest.mark.parametrize(
    ("check", "code"), [(hangs, "too_long"), (breaks, "test_failed"), (is_away, "store_unavailable")]
)
async def test_a_test_that_does_not_end_well_is_a_finding(check: object, code: str) -> None:
    checkup = Checkup(FakeClock(), within_s=0.05)
    checkup.part("bus", check)  # type: ignore[arg-type]
    (found,) = (await checkup.examine("bus", TENANT)).findings
    assert (found.health, found.code) == (Health.FAIL, code)
    assert found.remedy


async def test_the_bus_carries_what_concerns_nobody_and_a_listener_is_left_behind_by_nobody() -> None:
    bus = EmbeddedBus()
    for _ in range(3):
        (found,) = await _bus(bus, TENANT)
        assert (found.health, found.code) == (Health.OK, "bus_ok")
    assert bus._listeners == []


async def test_a_bus_that_carries_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(EmbeddedBus):
        async def publish(self, payload: bytes) -> None:
            return

    monkeypatch.setattr("hub.own_checks._HEARD_WITHIN_S", 0.05)
    (found,) = await _bus(Silent(), TENANT)
    assert (found.health, found.code) == (Health.FAIL, "bus_silent")


@pytest.mark.parametrize(("apart_s", "code"), [(0, "clock_ok"), (CLOCKS_APART_S + 1, "clocks_apart")])
def test_the_clock_is_compared_with_that_of_the_database(apart_s: float, code: str) -> None:
    clock = FakeClock()
    now = clock.now().replace(year=2027)
    clock.advance(apart_s)
    (found,) = part_checks.clock(now, clock.now().replace(year=2027))
    assert found.code == code


def test_a_clock_before_this_release_is_wrong() -> None:
    (found,) = part_checks.clock(FakeClock().now().replace(year=2001))
    assert (found.health, found.code) == (Health.FAIL, "clock_old")


async def test_a_full_disk_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_checks, "LEAST_FREE_BYTES", 1024**7)
    (found,) = await part_checks.folder(tmp_path)
    assert (found.health, found.code) == (Health.WARN, "disk_low")
