"""The audit log on the driver's own connection: the row that a change of the house carries, in its transaction."""

from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.rows.access import audit_log
from hub.domain.audit import FIRST_HASH, AuditDraft, AuditHead, chained


async def audited(wire: Wire, draft: AuditDraft) -> None:
    """Write the next row; others wait for the end of this transaction. As `crm_store.audit.append`."""
    await wire.execute(
        "INSERT INTO audit_heads (tenant_id, number, hash) VALUES ($1, 0, $2) ON CONFLICT (tenant_id) DO NOTHING",
        draft.tenant_id,
        FIRST_HASH,
    )
    ((number, last),) = await wire.fetch(
        "SELECT number, hash FROM audit_heads WHERE tenant_id = $1 FOR UPDATE", draft.tenant_id
    )
    entry = chained(AuditHead(number=number, hash=bytes(last)), draft)
    row = (
        draft.tenant_id,
        entry.number,
        to_us(draft.at),
        draft.actor_id,
        draft.actor,
        draft.action.value,
        draft.object,
        draft.result.value,
        draft.reason,
        draft.address,
        entry.previous,
        entry.hash,
    )
    await wire.insert(audit_log, [row])
    await wire.execute(
        "UPDATE audit_heads SET number = $1, hash = $2 WHERE tenant_id = $3",
        entry.number,
        entry.hash,
        draft.tenant_id,
    )
