"""Organizations as rows of an export: read page by page, by their ids."""

from collections.abc import Sequence

from crm_store.organization_rows import states_of
from crm_store.store import Store
from hub.domain.access import Permission, Principal
from hub.domain.ids import OrganizationId
from hub.insight.organization_rows import OrganizationRow


class OrganizationSheet:
    """OrganizationSheet of hub/insight/organization_rows.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def count(self, principal: Principal) -> int:
        """See the port."""
        principal.require(Permission.EXPORT_PERSONS)
        async with self._store.database.snapshot() as wire:
            ((count,),) = await wire.fetch(
                "SELECT COUNT(*) FROM organizations WHERE tenant_id = $1", principal.tenant_id
            )
        return int(count)

    async def page(self, principal: Principal, *, after: str, limit: int) -> Sequence[OrganizationRow]:
        """See the port."""
        principal.require(Permission.EXPORT_PERSONS)
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT id FROM organizations WHERE /*+*/tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
                principal.tenant_id,
                after,
                limit,
            )
            ids = [OrganizationId(row[0]) for row in rows]
            states = await states_of(wire, principal.tenant_id, ids)
        return [
            OrganizationRow(
                id=one,
                name=states[one].name,
                domain=states[one].domain,
                phone=states[one].phone,
                tags=states[one].tags,
                note=states[one].note,
            )
            for one in ids
        ]
