"""Numbers of nobody in particular, in the store: switchboards, hotels, what a carrier sends for a hidden number."""

from crm_store.audited import audited
from crm_store.driver import Wire
from crm_store.instants import from_us, to_us
from crm_store.store import Store
from hub.crm.addresses import address_of
from hub.desk.client_views import SharedLinePage, SharedLineView
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Invalid
from hub.domain.ids import TenantId
from hub.domain.person import IdentityKind
from hub.domain.texts import one_line
from hub.ports.clock import Clock

MOST_LINES = 1_000
LONGEST_LABEL = 80


class SharedLines:
    """SharedLineStore of hub/desk/client_stores.py. `region` is whose national numbers are understood."""

    def __init__(self, store: Store, clock: Clock, *, region: str) -> None:
        self._store = store
        self._clock = clock
        self._region = region

    async def shared_lines(self, principal: Principal) -> SharedLinePage:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        async with self._store.database.snapshot() as wire:
            return await _page(wire, principal.tenant_id)

    async def add_shared_line(self, principal: Principal, typed: str, label: str) -> SharedLinePage:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        value, tenant_id = address_of(IdentityKind.PHONE, typed, region=self._region), principal.tenant_id
        async with self._store.database.transaction() as wire:
            before = (await _page(wire, tenant_id)).items
            if len(before) >= MOST_LINES and value not in {line.value for line in before}:
                raise Invalid(f"at most {MOST_LINES} shared lines", field="value", code="too_many_items")
            await wire.execute(
                "INSERT INTO shared_lines (tenant_id, value, label, at, by_name) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT (tenant_id, value) DO UPDATE SET label = excluded.label",
                tenant_id,
                value,
                one_line(label, LONGEST_LABEL),
                to_us(self._clock.now()),
                principal.name,
            )
            await self._audit(wire, principal, "added")
            return await _page(wire, tenant_id)

    async def remove_shared_line(self, principal: Principal, value: str) -> SharedLinePage:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        async with self._store.database.transaction() as wire:
            removed = await wire.execute(
                "DELETE FROM shared_lines WHERE tenant_id = $1 AND value = $2", principal.tenant_id, value
            )
            if removed:
                await self._audit(wire, principal, "removed")
            return await _page(wire, principal.tenant_id)

    async def _audit(self, wire: Wire, principal: Principal, reason: str) -> None:
        # not the number: what somebody typed is no part of the log
        await audited(
            wire,
            AuditDraft(
                tenant_id=principal.tenant_id,
                at=self._clock.now(),
                actor_id=principal.user_id,
                actor=principal.name,
                action=AuditAction.CHANGE_SHARED_LINES,
                reason=reason,
                address=principal.address,
            ),
        )


async def _page(wire: Wire, tenant_id: TenantId) -> SharedLinePage:
    rows = await wire.fetch(
        "SELECT value, label, by_name, at FROM shared_lines WHERE tenant_id = $1 ORDER BY value", tenant_id
    )
    items = tuple(SharedLineView(value=r[0], label=r[1], by=r[2], at=from_us(r[3])) for r in rows)
    return SharedLinePage(items=items, next=None)
