"""Which numbers make nobody known: read wherever somebody is looked up by a number."""

from crm_store.driver import Wire
from hub.domain.ids import TenantId


async def among_shared_lines(wire: Wire, tenant_id: TenantId, numbers: list[str]) -> set[str]:
    """Those of these numbers that are shared lines."""
    if not numbers:
        return set()
    rows = await wire.fetch(
        "SELECT value FROM shared_lines WHERE tenant_id = $1 AND value = ANY($2)", tenant_id, numbers
    )
    return {row[0] for row in rows}
