"""Queues with their rules, as every part of the store reads them."""

import msgspec

from crm_store.driver import Wire
from crm_store.floor_mapping import queue_of
from crm_store.mapping import columns
from crm_store.rows.floor import queues
from crm_store.rows.rules import calendars
from hub.domain.hours import Calendar, Slot, SpecialDay
from hub.domain.ids import TenantId
from hub.domain.queue import Queue

_week = msgspec.json.Decoder(tuple[tuple[Slot, ...], ...]).decode
_days = msgspec.json.Decoder(tuple[SpecialDay, ...]).decode


async def queues_of(wire: Wire, tenant_id: TenantId) -> list[Queue]:
    """All queues of the tenant, by name."""
    rows = await wire.fetch(
        f"SELECT {columns(queues, 'q.')}, r.rules FROM queues q"
        " LEFT JOIN queue_rules r ON r.queue_id = q.id WHERE q.tenant_id = $1 ORDER BY q.name",
        tenant_id,
    )
    return [queue_of(r) for r in rows]


async def calendars_of(wire: Wire, tenant_id: TenantId) -> list[Calendar]:
    """All calendars of the tenant, by name."""
    rows = await wire.fetch(
        f"SELECT {columns(calendars)} FROM calendars WHERE tenant_id = $1 ORDER BY name", tenant_id
    )
    return [
        Calendar(
            id=r[0],
            tenant_id=r[1],
            name=r[2],
            zone=r[3],
            week=_week(r[4]),
            days=_days(r[5]),
            country=r[6],
            region=r[7],
            version=r[8],
        )
        for r in rows
    ]
