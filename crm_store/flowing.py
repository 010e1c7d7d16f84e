"""What shall go on to another queue, or be told that it is closed: found by the rules of a queue, as committed."""

from datetime import datetime

from crm_store.driver import Wire
from crm_store.mapping import columns, item_of, us
from crm_store.open_work import open_in
from crm_store.rows.history import work_items
from hub.domain.ids import QueueId, TenantId
from hub.domain.work import WorkItem, WorkState

_ITEM = columns(work_items)
_IN_LINE = open_in(WorkState.QUEUED, of="w.")
_DUE = (
    f"SELECT {_ITEM} FROM (SELECT w.*, ROW_NUMBER() OVER (ORDER BY urgent_at, first_queued_at, id) AS place"
    f" FROM work_items w WHERE w.tenant_id = $1 AND /*+*/w.queue_id = $2 AND {_IN_LINE}) line"
    " WHERE place > $3 AND queued_at <= $4 AND NOT EXISTS (SELECT 1 FROM work_items p"
    " WHERE p.interaction_id = line.interaction_id AND p.queue_id = $5 AND p.state = 'flowed_out')"
    " ORDER BY place LIMIT $6"
)
_UNANSWERED = (
    f"SELECT {columns(work_items, 'w.')} FROM work_items w WHERE w.tenant_id = $1 AND /*+*/w.queue_id = $2"
    f" AND {_IN_LINE} AND w.media <> 'voice' AND NOT EXISTS (SELECT 1 FROM touches t"
    " WHERE t.interaction_id = w.interaction_id AND t.external_id = 'closed:' || w.id)"
    " ORDER BY w.first_queued_at LIMIT $3"
)


async def due_to_flow(
    wire: Wire,
    tenant_id: TenantId,
    queue_id: QueueId,
    target_id: QueueId,
    *,
    before: datetime,
    behind: int,
    limit: int,
) -> list[WorkItem]:
    """See `RoutingStore`."""
    rows = await wire.fetch(_DUE, tenant_id, queue_id, behind, us(before), target_id, limit)
    return [item_of(r) for r in rows]


async def unanswered_while_closed(
    wire: Wire, tenant_id: TenantId, queue_id: QueueId, *, limit: int
) -> list[WorkItem]:
    """See `RoutingStore`."""
    rows = await wire.fetch(_UNANSWERED, tenant_id, queue_id, limit)
    return [item_of(r) for r in rows]
