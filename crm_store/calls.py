"""Calls in the store: which go on, which fell silent, and where agents are reached."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime

from crm_store.call_mapping import call_of, phone_of
from crm_store.instants import to_us
from crm_store.mapping import columns, item_of
from crm_store.open_work import open_in
from crm_store.rows.calls import agent_phones, calls
from crm_store.rows.history import work_items
from crm_store.store import Store
from crm_store.unit_of_work import Unit
from hub.domain.call import AgentPhone, Call, PhoneKind
from hub.domain.ids import CallId, InteractionId, QueueId, TenantId, UserId
from hub.domain.work import WAITING_STATES, WorkItem, WorkState

# overflow and supervisors move who waits from line to line: the interaction says which one it is by now
_CALLS = (
    f"SELECT {columns(calls, 'c.')}, i.queue_id FROM calls c JOIN interactions i ON i.id = c.interaction_id"
    " WHERE /*+*/c.tenant_id = $1"
)
_PHONE = columns(agent_phones)
_GOING_ON = _CALLS.replace("/*+*/", "") + " AND c.ended_at IS NULL"

_UNDER_WAY = open_in(WorkState.QUEUED, WorkState.OFFERED, WorkState.ASSIGNED, of="w.")
_WAITS, _OTHER_WAITS = (open_in(*sorted(WAITING_STATES), of=alias) for alias in ("w.", "o."))
_OWNERLESS = (
    f"SELECT {columns(work_items, 'w.')} FROM work_items w WHERE w.tenant_id = $1 AND {_UNDER_WAY}"
    " AND w.media = 'voice' AND w.received_at < $2"
    " AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.interaction_id = w.interaction_id AND c.ended_at IS NULL)"
    " AND NOT EXISTS"
    " (SELECT 1 FROM callbacks b WHERE b.interaction_id = w.interaction_id AND b.queued_at IS NOT NULL)"
)
_PLACE = f"""
SELECT (SELECT COUNT(*) FROM work_items o WHERE o.tenant_id = w.tenant_id AND /*+*/o.queue_id = w.queue_id
  AND {_OTHER_WAITS} AND (o.urgent_at < w.urgent_at OR (o.urgent_at = w.urgent_at AND (o.first_queued_at
    < w.first_queued_at OR (o.first_queued_at = w.first_queued_at AND o.id <= w.id)))))
FROM work_items w WHERE /*+*/w.tenant_id = $1 AND w.interaction_id = $2 AND {_WAITS}
"""


class SqlCalls:
    """CallStore of hub/ports/call_store.py."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Unit]:
        """See the port."""
        return self._store.unit(tenant_id)

    async def find_call(self, tenant_id: TenantId, call_id: CallId) -> Call | None:
        """See the port."""
        found = await self._calls(f"{_CALLS} AND c.id = $2", tenant_id, call_id)
        return found[0] if found else None

    async def call_in(self, tenant_id: TenantId, interaction_id: InteractionId) -> Call | None:
        """See the port."""
        found = await self._calls(
            f"{_CALLS} AND c.interaction_id = $2 AND c.ended_at IS NULL ORDER BY c.started_at DESC, c.id DESC LIMIT 1",
            tenant_id,
            interaction_id,
        )
        return found[0] if found else None

    async def calls_going_on(self, tenant_id: TenantId, *, node: str | None = None) -> list[Call]:
        """See the port."""
        if node is None:
            return await self._calls(f"{_GOING_ON} ORDER BY c.started_at, c.id", tenant_id)
        return await self._calls(f"{_GOING_ON} AND c.node = $2 ORDER BY c.started_at, c.id", tenant_id, node)

    async def silent_calls(self, tenant_id: TenantId, heard_before: datetime) -> list[Call]:
        """See the port."""
        return await self._calls(f"{_GOING_ON} AND c.heard_at < $2", tenant_id, to_us(heard_before))

    async def ownerless_calls(self, tenant_id: TenantId, came_before: datetime) -> list[WorkItem]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return [item_of(r) for r in await wire.fetch(_OWNERLESS, tenant_id, to_us(came_before))]

    async def heard(self, tenant_id: TenantId, node: str, call_ids: Sequence[CallId], at: datetime) -> None:
        """See the port."""
        if not call_ids:
            return
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "UPDATE calls SET heard_at = $1 WHERE /*+*/tenant_id = $2 AND id = ANY($3) AND node = $4"
                " AND ended_at IS NULL",
                to_us(at),
                tenant_id,
                list(call_ids),
                node,
            )

    async def phone(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_PHONE} FROM agent_phones WHERE tenant_id = $1 AND agent_id = $2",
                tenant_id,
                agent_id,
            )
        return phone_of(rows[0]) if rows else None

    async def ready_phones(self, tenant_id: TenantId) -> list[UserId]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT a.id FROM agents a WHERE a.tenant_id = $1 AND a.phone_ready AND NOT EXISTS"
                " (SELECT 1 FROM agent_phones p WHERE p.agent_id = a.id AND p.kind = $2) ORDER BY a.id",
                tenant_id,
                PhoneKind.URI.value,
            )
        return [UserId(r[0]) for r in rows]

    async def phones_at_addresses(self, tenant_id: TenantId) -> list[UserId]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT agent_id FROM agent_phones WHERE tenant_id = $1 AND kind = $2"
                " AND uri <> '' ORDER BY agent_id",
                tenant_id,
                PhoneKind.URI.value,
            )
        return [UserId(r[0]) for r in rows]

    async def place_in_line(self, tenant_id: TenantId, interaction_id: InteractionId) -> int | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_PLACE, tenant_id, interaction_id)
        return int(rows[0][0]) if rows else None

    async def _calls(self, sql: str, *params: object) -> list[Call]:
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(sql, *params)
        return [replace(call_of(r), queue_id=QueueId(r[-1])) for r in rows]
