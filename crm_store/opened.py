"""Which of many interactions somebody may open: what `lookups.readable` says of one."""

from collections.abc import Sequence

from crm_store.driver import Wire
from crm_store.open_work import open_in
from hub.domain.access import Permission, Principal, Scope
from hub.domain.work import WorkState

_HELD = open_in(WorkState.ASSIGNED, WorkState.WRAP_UP, of="w.")


async def opened_by(wire: Wire, principal: Principal, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that the principal may read: within reach, or named in a note of it, or asked about it now."""
    if not ids:
        return set()
    # whoever asks may read more clients than conversations: the queues are those of this permission
    principal = principal.acting(Permission.READ_INTERACTION)
    reach = principal.scope(Permission.READ_INTERACTION)
    if reach is Scope.ALL:
        return set(ids)
    if reach is Scope.NONE:
        return set()
    rows = await wire.fetch(
        "SELECT i.id FROM interactions i WHERE /*+*/i.tenant_id = $1 AND i.id = ANY($2) AND (i.queue_id = ANY($3)"
        " OR i.last_agent_id = $4"
        f" OR EXISTS (SELECT 1 FROM work_items w WHERE w.interaction_id = i.id AND w.agent_id = $4 AND {_HELD})"
        " OR EXISTS (SELECT 1 FROM mentions m WHERE m.tenant_id = $1 AND m.interaction_id = i.id AND m.user_id = $4)"
        " OR EXISTS (SELECT 1 FROM consults c WHERE c.tenant_id = $1 AND c.interaction_id = i.id"
        " AND c.colleague_id = $4 AND c.ended_at IS NULL))",
        principal.tenant_id,
        list(ids),
        sorted(principal.queues) if reach is Scope.TEAM else [],
        principal.user_id or "",
    )
    return {row[0] for row in rows}
