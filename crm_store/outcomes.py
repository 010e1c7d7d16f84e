"""Outcomes and reasons for a pause: the part of the house that is set as a whole list."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from crm_store.driver import Wire
from crm_store.mapping import text
from crm_store.outcome_rows import outcomes_of, pauses_of, put_outcomes
from crm_store.store import Store
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict
from hub.domain.events import Event, HouseChanged
from hub.domain.ids import TenantId
from hub.domain.outcome import Outcome, PauseReason


class _House(Protocol):
    _store: Store

    def _changing(self, draft: AuditDraft) -> AbstractAsyncContextManager[tuple[Wire, list[Event]]]: ...


class OutcomeStore:
    """The part of `HouseStore` about outcomes and pauses."""

    async def outcomes(self: _House, tenant_id: TenantId) -> list[Outcome]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await outcomes_of(wire, tenant_id)

    async def used_outcomes(self: _House, tenant_id: TenantId, codes: Sequence[str]) -> frozenset[str]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT DISTINCT disposition FROM interactions WHERE tenant_id = $1 AND disposition = ANY($2)",
                tenant_id,
                list(codes),
            )
        return frozenset(r[0] for r in rows)

    async def save_outcomes(
        self: _House,
        tenant_id: TenantId,
        outcomes: Sequence[Outcome],
        seen: Sequence[Outcome],
        draft: AuditDraft,
    ) -> None:
        """See the port."""
        async with self._changing(draft) as (wire, events):
            if await outcomes_of(wire, tenant_id) != list(seen):
                raise Conflict("somebody else has changed the outcomes meanwhile", code="changed_meanwhile")
            await put_outcomes(wire, tenant_id, outcomes)
            events.append(HouseChanged(tenant_id=tenant_id))

    async def pauses(self: _House, tenant_id: TenantId) -> list[PauseReason]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await pauses_of(wire, tenant_id)

    async def save_pauses(
        self: _House,
        tenant_id: TenantId,
        pauses: Sequence[PauseReason],
        seen: Sequence[PauseReason],
        draft: AuditDraft,
    ) -> None:
        """See the port."""
        async with self._changing(draft) as (wire, events):
            if await pauses_of(wire, tenant_id) != list(seen):
                raise Conflict("somebody else has changed the reasons meanwhile", code="changed_meanwhile")
            await wire.execute("DELETE FROM pause_reasons WHERE tenant_id = $1", tenant_id)
            await wire.many(
                "INSERT INTO pause_reasons (tenant_id, code, position, rules) VALUES ($1, $2, $3, $4)",
                [(tenant_id, p.code, n, text(p)) for n, p in enumerate(pauses)],
            )
            events.append(HouseChanged(tenant_id=tenant_id))
