"""What figures are computed from, read from work items, segments, touches and the agents' log."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from crm_store.call_mapping import call_of
from crm_store.driver import Row, Wire
from crm_store.floor_mapping import agent_of
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, columns, item_of, segment_of
from crm_store.open_work import WAITING
from crm_store.queue_reads import queues_of
from crm_store.rows.calls import calls as call_table
from crm_store.rows.floor import agents
from crm_store.rows.history import segments, work_items
from crm_store.store import Store
from hub.domain.access import Permission, Principal, Scope
from hub.domain.agent import Agent, Wish
from hub.domain.errors import NotFound
from hub.domain.ids import QueueId, UserId
from hub.domain.queue import Queue
from hub.domain.segment import Segment
from hub.domain.service_level import WorkRow
from hub.domain.touch import Direction
from hub.domain.work import WorkItem, WorkState
from hub.ports.insight import AgentMark, Floor, RecentAnswer, Staff, TouchMark

_LONGEST_SEGMENT = timedelta(days=31)
"""How far back one looks for what still lasted at the beginning of an interval."""

_LONGEST_OFFER = timedelta(hours=1)
_MOST_ANSWERS = 50

_AGENTS = f"SELECT {columns(agents)} FROM agents WHERE tenant_id = $1"
_OPEN_ITEMS = (
    f"SELECT {columns(work_items)} FROM work_items WHERE tenant_id = $1"
    " AND state IN ('queued', 'offered', 'assigned', 'wrap_up') ORDER BY first_queued_at, id"
)
_CALLS = f"SELECT {columns(call_table)} FROM calls WHERE tenant_id = $1 AND ended_at IS NULL AND agent_id IS NOT NULL"
_WORK_ROWS = """
SELECT w.id, w.interaction_id, w.queue_id, w.first_queued_at, w.answered_at, w.ended_at, w.state, w.handle_us
FROM work_items w
WHERE w.tenant_id = $1 AND w.queue_id = ANY($2) AND w.first_queued_at >= $3 AND w.first_queued_at < $4
  AND w.direction = 'inbound'
ORDER BY w.first_queued_at, w.id
"""
_SEGMENT = columns(segments)
_SEGMENTS = f"""
SELECT {_SEGMENT} FROM segments WHERE tenant_id = $1 AND queue_id = ANY($2)
  AND started_at >= $3 AND started_at < $4 AND ended_at > $5 ORDER BY started_at, work_item_id, ended_at
"""
_AGENT_SEGMENTS = f"""
SELECT {_SEGMENT} FROM segments WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2)
  AND started_at >= $3 AND started_at < $4 AND ended_at > $5 ORDER BY started_at, work_item_id, ended_at
"""
_MARKS = """
SELECT agent_id, at, wish, present FROM agent_log
WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2) AND at >= $3 AND at < $4 ORDER BY at, id
"""
_MARKS_BEFORE = """
SELECT l.agent_id, l.at, l.wish, l.present FROM agents a JOIN agent_log l ON l.id =
  (SELECT b.id FROM agent_log b WHERE b.agent_id = a.id AND b.at < $3 ORDER BY b.at DESC, b.id DESC LIMIT 1)
WHERE /*+*/a.tenant_id = $1 AND a.id = ANY($2) ORDER BY l.at, l.id
"""
# an answer ends an alert, and alerts are found by their time
_ANSWERS = """
SELECT w.queue_id, w.first_queued_at, w.answered_at
FROM segments s JOIN work_items w ON w.id = s.work_item_id AND w.answered_at = s.ended_at
WHERE s.tenant_id = $1 AND s.queue_id = ANY($2) AND s.kind = 'alert' AND s.started_at >= $3
  AND w.answered_at >= $4 AND w.direction = 'inbound' ORDER BY w.answered_at, w.id
"""
_TOUCH_MARKS = """
SELECT t.interaction_id, t.seq, t.direction, t.at, t.author_id
FROM (SELECT DISTINCT interaction_id FROM work_items WHERE tenant_id = $1 AND queue_id = $2
      AND first_queued_at >= $3 AND first_queued_at < $4 AND direction = 'inbound') w
  CROSS JOIN touches t
WHERE t.interaction_id = w.interaction_id AND t.direction IN ('inbound', 'outbound')
  AND t.kind IN ('message', 'form') AND (t.direction = 'inbound' OR t.author_id IS NOT NULL)
ORDER BY t.interaction_id, t.seq
"""


class SqlInsight:
    """InsightStore of hub/ports/insight.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def queue(self, principal: Principal, queue_id: QueueId) -> Queue:
        """See the port."""
        async with self._database.snapshot() as wire:
            return (await _queues_in_reach(wire, principal, queue_id))[0]

    async def floor(self, principal: Principal) -> Floor:
        """See the port."""
        async with self._database.snapshot() as wire:
            in_reach = await _queues_in_reach(wire, principal, None)
            everybody = await _agents(wire, principal)
            items = [item_of(row) for row in await wire.fetch(_OPEN_ITEMS, principal.tenant_id)]
            calls = [call_of(row) for row in await wire.fetch(_CALLS, principal.tenant_id)]
        ids = {queue.id for queue in in_reach}
        sees_all = principal.scope(Permission.READ_QUEUES) is Scope.ALL
        staff = tuple(agent for agent in everybody if sees_all or agent.queues & ids)
        members = {agent.id for agent in staff}
        return Floor(
            queues=tuple(in_reach),
            agents=staff,
            # what an agent of ours holds for another queue makes them busy all the same
            items=tuple(item for item in items if item.queue_id in ids or item.agent_id in members),
            calls=tuple(call for call in calls if call.agent_id in members),
        )

    async def oldest_waiting(self, principal: Principal) -> Mapping[QueueId, datetime | None]:
        """See the port."""
        async with self._database.snapshot() as wire:
            in_reach = await _queues_in_reach(wire, principal, None)
            rows = await wire.fetch(
                "SELECT queue_id, MIN(first_queued_at) FROM work_items WHERE tenant_id = $1"
                f" AND {WAITING} GROUP BY queue_id",
                principal.tenant_id,
            )
        oldest = {row[0]: from_us(row[1]) for row in rows}
        return {queue.id: oldest.get(queue.id) for queue in in_reach}

    async def work_rows(
        self, principal: Principal, queue_id: QueueId | None, from_at: datetime, to_at: datetime
    ) -> Sequence[WorkRow]:
        """See the port."""
        async with self._database.snapshot() as wire:
            ids = [queue.id for queue in await _queues_in_reach(wire, principal, queue_id)]
            rows = await wire.fetch(_WORK_ROWS, principal.tenant_id, ids, to_us(from_at), to_us(to_at))
        return [_work_row(row) for row in rows]

    async def segments(
        self, principal: Principal, queue_id: QueueId | None, from_at: datetime, to_at: datetime
    ) -> Sequence[Segment]:
        """See the port."""
        async with self._database.snapshot() as wire:
            ids = [queue.id for queue in await _queues_in_reach(wire, principal, queue_id)]
            rows = await wire.fetch(_SEGMENTS, principal.tenant_id, ids, *_touching(from_at, to_at))
        return [segment_of(row) for row in rows]

    async def staff(
        self, principal: Principal, queue_id: QueueId, from_at: datetime, to_at: datetime
    ) -> Staff:
        """See the port."""
        tenant_id = principal.tenant_id
        async with self._database.snapshot() as wire:
            await _queues_in_reach(wire, principal, queue_id)
            served = {
                row[4]
                for row in await wire.fetch(_SEGMENTS, tenant_id, [queue_id], *_touching(from_at, to_at))
            }
            members = {
                agent.id: agent
                for agent in await _agents(wire, principal)
                if queue_id in agent.queues or agent.id in served
            }
            ids = sorted(members)
            work = await wire.fetch(_AGENT_SEGMENTS, tenant_id, ids, *_touching(from_at, to_at))
            marks = [
                *await wire.fetch(_MARKS_BEFORE, tenant_id, ids, to_us(from_at)),
                *await wire.fetch(_MARKS, tenant_id, ids, to_us(from_at), to_us(to_at)),
            ]
            items = [item_of(row) for row in await wire.fetch(_OPEN_ITEMS, tenant_id)]
        return Staff(
            marks=tuple(_mark(row, members) for row in marks),
            segments=tuple(segment_of(row) for row in work),
            open_items=tuple(item for item in items if _is_worked_on(item, members)),
        )

    async def recent_answers(
        self, principal: Principal, queue_id: QueueId | None, since_at: datetime
    ) -> Sequence[RecentAnswer]:
        """See the port."""
        async with self._database.snapshot() as wire:
            ids = [queue.id for queue in await _queues_in_reach(wire, principal, queue_id)]
            rows = await wire.fetch(
                _ANSWERS, principal.tenant_id, ids, to_us(since_at - _LONGEST_OFFER), to_us(since_at)
            )
        newest: dict[QueueId, list[Row]] = {}
        for row in rows:
            newest.setdefault(row[0], []).append(row)
        return [
            RecentAnswer(queue_id=row[0], first_queued_at=from_us(row[1]), answered_at=from_us(row[2]))
            for of_queue in newest.values()
            for row in of_queue[-_MOST_ANSWERS:]
        ]

    async def touch_marks(
        self, principal: Principal, queue_id: QueueId, from_at: datetime, to_at: datetime
    ) -> Sequence[TouchMark]:
        """See the port."""
        async with self._database.snapshot() as wire:
            await _queues_in_reach(wire, principal, queue_id)
            rows = await wire.fetch(_TOUCH_MARKS, principal.tenant_id, queue_id, to_us(from_at), to_us(to_at))
        return [
            TouchMark(
                interaction_id=row[0],
                seq=row[1],
                direction=Direction(row[2]),
                at=from_us(row[3]),
                by_agent=row[4] is not None,
            )
            for row in rows
        ]


async def _queues_in_reach(wire: Wire, principal: Principal, queue_id: QueueId | None) -> list[Queue]:
    """The queue, or all that the principal may read. Raises NotFound for one that is not among them."""
    reach = principal.scope(Permission.READ_QUEUES)
    found = await queues_of(wire, principal.tenant_id)
    allowed = [
        queue
        for queue in found
        if (reach is Scope.ALL or (reach is Scope.TEAM and queue.id in principal.queues))
        and queue_id in {None, queue.id}
    ]
    if queue_id is not None and not allowed:
        raise NotFound("there is no such queue")
    return sorted(allowed, key=lambda queue: (queue.name, queue.id))


async def _agents(wire: Wire, principal: Principal) -> list[Agent]:
    everybody = [agent_of(row) for row in await wire.fetch(_AGENTS, principal.tenant_id)]
    return sorted(everybody, key=lambda agent: (agent.name, agent.id))


def _touching(from_at: datetime, to_at: datetime) -> tuple[int, int, int]:
    return to_us(from_at - _LONGEST_SEGMENT), to_us(to_at), to_us(from_at)


def _work_row(row: Row) -> WorkRow:
    return WorkRow(
        work_item_id=row[0],
        interaction_id=row[1],
        queue_id=row[2],
        first_queued_at=from_us(row[3]),
        answered_at=at(row[4]),
        ended_at=at(row[5]),
        state=WorkState(row[6]),
        handle_s=row[7] / 1_000_000,
    )


def _mark(row: Row, members: dict[UserId, Agent]) -> AgentMark:
    return AgentMark(
        agent_id=row[0],
        at=from_us(row[1]),
        wish=Wish(row[2]),
        present=bool(row[3]),
        text_slots=members[row[0]].capacity.chat,
    )


def _is_worked_on(item: WorkItem, members: dict[UserId, Agent]) -> bool:
    return item.agent_id in members and item.state in {WorkState.ASSIGNED, WorkState.WRAP_UP}
