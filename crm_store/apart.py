"""Records that people said are two, however alike they look."""

from crm_store.driver import Wire
from hub.domain.ids import PersonId, TenantId


async def kept_apart_from(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> frozenset[str]:
    """Who people said is somebody else than this one."""
    rows = await wire.fetch(
        "SELECT other_id FROM persons_apart WHERE tenant_id = $1 AND one_id = $2"
        " UNION SELECT one_id FROM persons_apart WHERE tenant_id = $1 AND other_id = $2",
        tenant_id,
        person_id,
    )
    return frozenset(row[0] for row in rows)
