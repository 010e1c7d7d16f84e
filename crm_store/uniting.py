"""Two records of one client, as a number that a channel vouches for shows them; behind `hub.ports.uniting`."""

from contextlib import AbstractAsyncContextManager

from crm_store.store import Store
from crm_store.unit_of_work import Unit
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import IdentityKind
from hub.ports.uniting import Twins

# one record is this address and nothing else that is known; the other is known by the number, alone in the house
_TWINS = """
SELECT n.person_id, a.person_id FROM identities a
JOIN identities n ON n.tenant_id = a.tenant_id AND n.kind = 'phone' AND n.value = $4 AND n.confidence = 'known'
WHERE a.tenant_id = $1 AND a.kind = $2 AND a.value = $3 AND a.confidence = 'known' AND n.person_id <> a.person_id
  AND NOT EXISTS (SELECT 1 FROM identities o WHERE o.tenant_id = $1 AND o.person_id = a.person_id AND o.id <> a.id
    AND o.confidence = 'known')
  AND NOT EXISTS (SELECT 1 FROM shared_numbers s WHERE s.tenant_id = $1 AND s.value = $4
    AND s.person_id <> a.person_id AND s.person_id <> n.person_id
    AND NOT EXISTS (SELECT 1 FROM merges k WHERE k.tenant_id = $1 AND k.merged_id = s.person_id
      AND k.kept_id = n.person_id AND k.undone_at IS NULL))
  AND NOT EXISTS (SELECT 1 FROM shared_lines l WHERE l.tenant_id = $1 AND l.value = $4)
  AND NOT EXISTS (SELECT 1 FROM persons_apart x WHERE x.tenant_id = $1
    AND ((x.one_id = n.person_id AND x.other_id = a.person_id)
      OR (x.one_id = a.person_id AND x.other_id = n.person_id)))
  AND NOT EXISTS (SELECT 1 FROM merges m WHERE m.tenant_id = $1 AND m.undone_at IS NOT NULL
    AND ((m.kept_id = n.person_id AND m.merged_id = a.person_id)
      OR (m.kept_id = a.person_id AND m.merged_id = n.person_id)))
"""


class Unitings:
    """UnitingStore on SQLite and PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Unit]:
        """See the port."""
        return self._store.unit(tenant_id)

    async def twins(self, tenant_id: TenantId, kind: IdentityKind, value: str, number: str) -> Twins | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_TWINS, tenant_id, kind.value, value, number)
        return Twins(kept_id=PersonId(rows[0][0]), other_id=PersonId(rows[0][1])) if rows else None
