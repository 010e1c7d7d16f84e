"""Calls as screens show them, with the names of what they belong to."""

from collections.abc import Sequence

from crm_store.driver import Row, Wire
from crm_store.instants import from_us
from crm_store.mapping import at
from hub.desk.views import CallView, NamedView
from hub.domain.call import CallEnd, CallStage, RecordingState
from hub.domain.ids import CallId, InteractionId, QueueId, TenantId, UserId
from hub.domain.touch import Direction

MOST_SHOWN = 500

_VIEW = (
    "SELECT c.id, c.interaction_id, p.id, p.name, q.id, q.name, c.direction, c.number, c.dialled, c.stage,"
    " c.started_at, c.answered_at, c.held_since, c.ended_at, c.ending, c.recording,"
    " COALESCE(t.name, c.third), c.third_stage,"
    " c.work_item_id, c.version, c.agent_id, COALESCE(a.name, '')"
    " FROM calls c JOIN interactions i ON i.id = c.interaction_id JOIN persons p ON p.id = c.person_id"
    " JOIN queues q ON q.id = i.queue_id"
    " LEFT JOIN agents a ON a.id = c.agent_id"
    " LEFT JOIN agents t ON t.tenant_id = c.tenant_id AND c.third = 'agent:' || t.id WHERE /*+*/c.tenant_id = $1"
)
_NOW = f"{_VIEW} AND c.ended_at IS NULL"


async def views_of(wire: Wire, tenant_id: TenantId, ids: Sequence[CallId]) -> dict[CallId, CallView]:
    """These calls, over or not."""
    rows = await wire.fetch(f"{_VIEW} AND c.id = ANY($2)", tenant_id, list(ids))
    return {CallId(r[0]): _view(r) for r in rows}


async def calls_with(wire: Wire, tenant_id: TenantId, agent_id: UserId) -> tuple[CallView, ...]:
    """Calls that this agent has, or whose phone rings for them."""
    rows = await wire.fetch(f"{_NOW} AND c.agent_id = $2 ORDER BY c.started_at, c.id", tenant_id, agent_id)
    return tuple(map(_view, rows))


async def calls_now(
    wire: Wire, tenant_id: TenantId, queues: Sequence[QueueId] | None
) -> tuple[CallView, ...]:
    """Calls that go on in these queues (None: in all), the oldest first."""
    if queues is None:
        rows = await wire.fetch(f"{_NOW} ORDER BY c.started_at, c.id LIMIT {MOST_SHOWN}", tenant_id)
    else:
        rows = await wire.fetch(
            f"{_NOW} AND i.queue_id = ANY($2) ORDER BY c.started_at, c.id LIMIT {MOST_SHOWN}",
            tenant_id,
            list(queues),
        )
    return tuple(map(_view, rows))


async def calls_of(wire: Wire, tenant_id: TenantId, interaction_id: InteractionId) -> tuple[CallView, ...]:
    """All calls of an interaction, the oldest first; 500 at most."""
    rows = await wire.fetch(
        f"{_VIEW} AND c.interaction_id = $2 ORDER BY c.started_at, c.id LIMIT {MOST_SHOWN}",
        tenant_id,
        interaction_id,
    )
    return tuple(map(_view, rows))


async def promised_numbers(
    wire: Wire, tenant_id: TenantId, ids: Sequence[InteractionId]
) -> dict[InteractionId, str]:
    """The numbers that were promised a call in these interactions, as far as nobody is on the line there."""
    rows = await wire.fetch(
        "SELECT b.interaction_id, b.phone FROM callbacks b WHERE /*+*/b.tenant_id = $1 AND b.interaction_id = ANY($2)"
        " AND b.queued_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM calls c"
        " WHERE c.interaction_id = b.interaction_id AND c.ended_at IS NULL)",
        tenant_id,
        list(ids),
    )
    return {InteractionId(r[0]): r[1] for r in rows}


def _view(r: Row) -> CallView:
    return CallView(
        id=r[0],
        interaction_id=r[1],
        person=NamedView(id=r[2], name=r[3]),
        queue=NamedView(id=r[4], name=r[5]),
        direction=Direction(r[6]),
        number=r[7],
        dialled=r[8],
        stage=CallStage(r[9]),
        started_at=from_us(r[10]),
        answered_at=at(r[11]),
        held_since=at(r[12]),
        ended_at=at(r[13]),
        end=None if r[14] is None else CallEnd(r[14]),
        recording=RecordingState(r[15]),
        third=r[16],
        third_stage=None if r[17] is None else CallStage(r[17]),
        work_item_id=r[18],
        version=r[19],
        agent=None if r[20] is None else NamedView(id=r[20], name=r[21]),
    )
