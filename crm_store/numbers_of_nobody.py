"""Which numbers make nobody known: read wherever somebody is looked up by a number."""

from crm_store.driver import Wire
from hub.domain.ids import TenantId

# however many merges lie between
IS_THE_OWNER = (
    "EXISTS (WITH RECURSIVE onward (id) AS (SELECT n.person_id UNION SELECT m.kept_id FROM onward o"
    " JOIN merges m ON m.merged_id = o.id WHERE m.tenant_id = n.tenant_id AND m.undone_at IS NULL)"
    " SELECT 1 FROM onward WHERE id = d.person_id)"
)
"""Whether who says that a number is theirs (`n`, of `shared_numbers`) is, or is part of by now, who has it (`d`, of
`identities`)."""


async def among_shared_lines(wire: Wire, tenant_id: TenantId, numbers: list[str]) -> set[str]:
    """Those of these numbers that are shared lines."""
    if not numbers:
        return set()
    rows = await wire.fetch(
        "SELECT value FROM shared_lines WHERE tenant_id = $1 AND value = ANY($2)", tenant_id, numbers
    )
    return {row[0] for row in rows}
