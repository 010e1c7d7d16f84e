"""The parts of this hub, registered for tests: the composition root's list of them, imported by it alone."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from crm_store.engine import Database
from crm_store.examined import examined
from hub import part_checks
from hub.checkup import Checkup
from hub.cluster.codec import encode
from hub.domain.events import Event
from hub.domain.ids import TenantId
from hub.domain.setting_events import SiteChanged
from hub.ids import new_id
from hub.part_checks import fail, ok
from hub.ports.bus import EventBus, Lagged
from hub.ports.clock import Clock
from hub.ports.status import Finding
from hub.ports.webhooks import WebhookQueue
from hub.webhooks import reached
from hub.webhooks.calling import Caller

_HEARD_WITHIN_S: Final = 3.0


def checkup(
    *,
    clock: Clock,
    database: Database,
    bus: EventBus,
    data_dir: Path,
    webhooks: WebhookQueue,
    caller: Caller,
) -> Checkup:
    """Everything but the channels, which register themselves beside it."""
    made = Checkup(clock)

    async def store(_: TenantId) -> list[Finding]:
        return await examined(database, "SQLite" if database.is_sqlite else "PostgreSQL")

    async def carries(tenant_id: TenantId) -> list[Finding]:
        return await _bus(bus, tenant_id)

    async def disk(_: TenantId) -> list[Finding]:
        return await part_checks.folder(data_dir)

    async def clocks(_: TenantId) -> list[Finding]:
        return part_checks.clock(clock.now(), await database.own_clock())

    async def receivers(tenant_id: TenantId) -> list[Finding]:
        return await reached.examined(await webhooks.listening(tenant_id), caller)

    made.part("store", store)
    made.part("bus", carries)
    made.part("disk", disk)
    made.part("clock", clocks)
    made.part("webhooks", receivers)
    return made


async def _bus(bus: EventBus, tenant_id: TenantId) -> list[Finding]:
    """Publish something that concerns nobody, and hear it."""
    probe = SiteChanged(tenant_id=tenant_id, site_key=new_id())
    listens, heard = asyncio.Event(), asyncio.Event()

    async def hear(events: Sequence[Event]) -> None:
        if any(isinstance(event, SiteChanged) and event.site_key == probe.site_key for event in events):
            heard.set()

    async def publish() -> float:
        await listens.wait()
        begun = time.perf_counter()
        await bus.publish(encode([probe]))
        await heard.wait()
        return round((time.perf_counter() - begun) * 1000, 1)

    took_ms: float | None = None
    try:
        async with asyncio.timeout(_HEARD_WITHIN_S), asyncio.TaskGroup() as group:
            listener = group.create_task(bus.listen("status test", hear, started=listens.set))
            took_ms = await publish()
            listener.cancel()
    except* (TimeoutError, Lagged):
        pass
    if took_ms is None:
        return [fail("bus", "what was published was not heard", "start the hub again", code="bus_silent")]
    return [ok("bus", f"heard after {took_ms} ms", code="bus_ok", values={"ms": took_ms})]
