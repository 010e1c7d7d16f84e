"""The hub's status over HTTP: this process and its database in one answer, for administrators."""

from pathlib import Path

import pytest

from agent_console import status_api
from hub.checkup import Checkup
from hub.domain.access import Role
from hub.domain.ids import TenantId
from hub.own_status import OwnStatus
from hub.part_checks import warn
from hub.ports.status import ChannelState, Finding, StoreFigures, Unsent
from tests.fakes.clock import FakeClock
from tests.unit.agent_console.console import TENANT, opened_console


class Stored:
    """A database of which everything is known."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    async def figures(self, tenant_id: TenantId) -> StoreFigures:
        assert tenant_id == TENANT
        return StoreFigures(
            kind="postgresql",
            size_bytes=7_000,
            weak=("fsync = off",),
            outbox=4,
            unsent=(Unsent(channel="webchat", count=2, oldest_at=self._clock.now()),),
            webhooks_waiting=5,
            webhooks_failing=1,
        )


def of(clock: FakeClock, folder: Path) -> OwnStatus:
    return OwnStatus(
        clock,
        version="9.9",
        data_dir=folder,
        sockets={"agent": lambda: 3, "visitor": lambda: 8},
        channels=lambda: {"webchat": ChannelState.LIVE, "email": ChannelState.DOWN},
    )


@pytest.mark.parametrize(("least", "is_low"), [(0, False), (1024**6, True)])
async def test_an_administrator_sees_how_the_hub_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int, is_low: bool
) -> None:
    monkeypatch.setattr(status_api, "LEAST_FREE_BYTES", least)
    clock = FakeClock()
    own = of(clock, tmp_path)
    for lag_s in (0.001, 0.3, 0.002):
        own.lagged(lag_s)
    more = status_api.operations(stored=Stored(clock), node=own, parts=Checkup(clock), clock=clock)
    async with opened_console(tmp_path, more=more) as console:
        admin = await console.signed_in("root.person", Role.ADMIN)
        told = await (await admin.request("GET", "/api/v1/status")).json()

    disk = told.pop("disk")
    assert 0 < disk["free_bytes"] <= disk["total_bytes"]
    assert disk["is_low"] is is_low
    assert told == {
        "version": "9.9",
        "started_at": "2026-03-02T09:00:00Z",
        "at": "2026-03-02T09:00:00Z",
        "database": {"kind": "postgresql", "size_bytes": 7_000, "weak": ["fsync = off"]},
        "lag_worst_ms": 300.0,
        "lag_usual_ms": 2.0,
        "agent_sockets": 3,
        "visitor_sockets": 8,
        "channels": [
            {"channel": "webchat", "state": "live"},
            {"channel": "email", "state": "down"},
        ],
        "outbox": 4,
        "unsent": [{"channel": "webchat", "count": 2, "oldest_at": "2026-03-02T09:00:00Z"}],
        "webhooks_waiting": 5,
        "webhooks_failing": 1,
    }


async def test_the_lag_is_of_the_last_minute(tmp_path: Path) -> None:
    own = of(FakeClock(), tmp_path)
    assert (await own.figures()).lag_worst_ms == 0

    own.lagged(4.0)
    for _ in range(240):
        own.lagged(0.001)

    assert (await own.figures()).lag_worst_ms == 1.0


async def test_a_part_is_tested_when_it_is_asked_for_and_the_last_result_stays(tmp_path: Path) -> None:
    clock = FakeClock()
    checkup = Checkup(clock)

    async def examined(tenant_id: TenantId) -> list[Finding]:
        assert tenant_id == TENANT
        clock.advance(0.25)
        return [warn("post", "slow", "ask the provider", code="slow", values={"ms": 250.0})]

    checkup.channel("email", lambda: ChannelState.DOWN, examined)
    more = status_api.operations(stored=Stored(clock), node=of(clock, tmp_path), parts=checkup, clock=clock)
    async with opened_console(tmp_path, more=more) as console:
        admin = await console.signed_in("root.person", Role.ADMIN)
        before = await (await admin.request("GET", "/api/v1/status/parts")).json()
        told = await (await admin.request("POST", "/api/v1/status/parts/email/test")).json()
        after = await (await admin.request("GET", "/api/v1/status/parts")).json()
        gone = await admin.request("POST", "/api/v1/status/parts/telegraph/test")

    assert before == {"items": [{"part": "email", "state": "down", "latest": None}]}
    assert told["took_ms"] == 250.0
    assert told["findings"] == [
        {
            "health": "warn",
            "code": "slow",
            "values": {"ms": 250.0},
            "text": "slow",
            "remedy": "ask the provider",
        }
    ]
    assert after["items"][0]["latest"] == told
    assert gone.status == 404
