"""What agents did in a period: their log and their work, read for a page of agents at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from crm_store.driver import Row, Wire
from crm_store.floor_mapping import agent_of
from crm_store.instants import from_us, to_us
from crm_store.mapping import columns, item_of
from crm_store.rows.floor import agents
from crm_store.rows.history import work_items
from crm_store.store import Store
from hub.domain.access import Permission, Principal, Scope
from hub.domain.agent import Agent, Wish
from hub.domain.segment import SegmentKind
from hub.insight.activity import AgentRecord, LogLine, WorkedOn
from hub.insight.segments import running_segment

_LONGEST_SEGMENT = timedelta(days=31)

_AGENTS = f"SELECT {columns(agents)} FROM agents WHERE tenant_id = $1 ORDER BY name, id"
_MARKS = """
SELECT agent_id, at, wish, present, pause_reason FROM agent_log
WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2) AND at >= $3 AND at < $4 ORDER BY at, id
"""
_MARKS_BEFORE = """
SELECT l.agent_id, l.at, l.wish, l.present, l.pause_reason FROM agents a JOIN agent_log l ON l.id =
  (SELECT b.id FROM agent_log b WHERE b.agent_id = a.id AND b.at < $3 ORDER BY b.at DESC, b.id DESC LIMIT 1)
WHERE /*+*/a.tenant_id = $1 AND a.id = ANY($2)
"""
_SEGMENTS = """
SELECT s.agent_id, s.kind, s.started_at, s.ended_at, q.name, s.interaction_id
FROM segments s JOIN queues q ON q.id = s.queue_id
WHERE /*+*/s.tenant_id = $1 AND s.agent_id = ANY($2) AND s.started_at >= $3 AND s.started_at < $4
  AND s.ended_at > $5 ORDER BY s.started_at, s.work_item_id
"""
_OPEN = f"""
SELECT {columns(work_items, "w.")}, q.name FROM work_items w JOIN queues q ON q.id = w.queue_id
WHERE /*+*/w.tenant_id = $1 AND w.agent_id = ANY($2) AND w.state IN ('queued', 'offered', 'assigned', 'wrap_up')
"""


class SqlActivity:
    """ActivityStore of hub/insight/activity.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def records(
        self,
        principal: Principal,
        from_at: datetime,
        to_at: datetime,
        now: datetime,
        *,
        queue_id: str,
        agent_id: str,
        after: str,
        limit: int,
    ) -> Sequence[AgentRecord]:
        """See the port."""
        reach = principal.require(Permission.READ_REPORTS)
        tenant_id = principal.tenant_id
        async with self._database.snapshot() as wire:
            seen = [
                agent
                for agent in map(agent_of, await wire.fetch(_AGENTS, tenant_id))
                if (reach is Scope.ALL or agent.queues & principal.queues)
                and (not queue_id or queue_id in agent.queues)
                and (not agent_id or agent.id == agent_id)
            ]
            page = _page(seen, after, limit)
            return await _records(wire, tenant_id, {a.id: a.name for a in page}, from_at, to_at, now)

    async def own(
        self, principal: Principal, from_at: datetime, to_at: datetime, now: datetime
    ) -> AgentRecord:
        """The record of the agent who asks; an empty one for somebody who never worked. Raises Forbidden."""
        principal.require(Permission.SET_OWN_STATE)
        names = {principal.user_id or "": principal.name}
        async with self._database.snapshot() as wire:
            (record,) = await _records(wire, principal.tenant_id, names, from_at, to_at, now)
        return record


async def _records(
    wire: Wire, tenant_id: str, names: Mapping[str, str], from_at: datetime, to_at: datetime, now: datetime
) -> list[AgentRecord]:
    ids = list(names)
    begin, end = to_us(from_at), to_us(to_at)
    marks = [
        *await wire.fetch(_MARKS_BEFORE, tenant_id, ids, begin),
        *await wire.fetch(_MARKS, tenant_id, ids, begin, end),
    ]
    oldest = to_us(from_at - _LONGEST_SEGMENT)
    segments = await wire.fetch(_SEGMENTS, tenant_id, ids, oldest, end, begin)
    running = await _running(wire, tenant_id, ids, now)
    return [
        AgentRecord(
            agent_id=agent_id,
            name=name,
            log=[_line(row) for row in marks if row[0] == agent_id],
            work=[
                *(_worked_on(row) for row in segments if row[0] == agent_id),
                *(work for holder, work in running if holder == agent_id),
            ],
        )
        for agent_id, name in names.items()
    ]


async def _running(
    wire: Wire, tenant_id: str, ids: Sequence[str], now: datetime
) -> list[tuple[str | None, WorkedOn]]:
    found: list[tuple[str | None, WorkedOn]] = []
    for row in await wire.fetch(_OPEN, tenant_id, list(ids)):
        item = item_of(row[:-1])
        segment = running_segment(item, now)
        if segment is not None and segment.agent_id is not None:
            work = WorkedOn(
                kind=segment.kind,
                started_at=segment.started_at,
                ended_at=segment.ended_at,
                queue=row[-1],
                interaction_id=segment.interaction_id,
            )
            found.append((segment.agent_id, work))
    return found


def _page(seen: Sequence[Agent], after: str, limit: int) -> list[Agent]:
    begin = next((n + 1 for n, agent in enumerate(seen) if agent.id == after), 0)
    return list(seen[begin : begin + limit])


def _line(row: Row) -> LogLine:
    return LogLine(at=from_us(row[1]), wish=Wish(row[2]), present=bool(row[3]), pause_reason=row[4])


def _worked_on(row: Row) -> WorkedOn:
    return WorkedOn(
        kind=SegmentKind(row[1]),
        started_at=from_us(row[2]),
        ended_at=from_us(row[3]),
        queue=row[4],
        interaction_id=row[5],
    )
