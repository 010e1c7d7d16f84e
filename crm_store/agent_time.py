"""How long agents were at work, and how long they were free, added up in SQL: what occupancy is made of."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from crm_store.floor_mapping import agent_of
from crm_store.instants import to_us
from crm_store.mapping import columns
from crm_store.open_work import HELD
from crm_store.rows.floor import agents
from crm_store.store import Store
from hub.domain.access import Permission, Principal, Scope
from hub.insight.grouped import AgentTime

_LONGEST_SEGMENT = timedelta(days=31)

_AGENTS = f"SELECT {columns(agents)} FROM agents WHERE tenant_id = $1"


def _new_to(reach: str) -> str:
    """How much of a span lies beyond `reach`, the end of all before it: spans that overlap count once."""
    return (
        f"CASE WHEN {reach} IS NULL OR {reach} <= began THEN ended - began"
        f" WHEN {reach} < ended THEN ended - {reach} ELSE 0 END"
    )


# $3 and $4 are the ends of the period, $5 the beginning of the oldest segment that is looked at
_TIMES = f"""
WITH lines AS (
  SELECT agent_id, id, at, wish, present FROM agent_log
  WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2) AND at >= $3 AND at < $4
  UNION ALL SELECT l.agent_id, l.id, l.at, l.wish, l.present FROM agents a JOIN agent_log l ON l.id =
    (SELECT b.id FROM agent_log b WHERE b.agent_id = a.id AND b.at < $3 ORDER BY b.at DESC, b.id DESC LIMIT 1)
  WHERE /*+*/a.tenant_id = $1 AND a.id = ANY($2)
), states AS (
  SELECT agent_id, at, wish, present, LEAD(at) OVER (PARTITION BY agent_id ORDER BY at, id) AS until FROM lines
), spans AS (
  SELECT agent_id, 1 AS works, started_at AS began, ended_at AS ended FROM segments
  WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2) AND started_at >= $5 AND started_at < $4 AND ended_at > $3
    AND kind IN ('talk', 'hold', 'text', 'wrap_up')
  UNION ALL SELECT agent_id, 1, state_at, $4 FROM work_items
  WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2) AND {HELD} AND state_at < $4
  UNION ALL SELECT agent_id, 0, at, COALESCE(until, $4) FROM states WHERE present AND wish = 'available'
), clipped AS (
  SELECT agent_id, works, CASE WHEN began < $3 THEN $3 ELSE began END AS began,
    CASE WHEN ended > $4 THEN $4 ELSE ended END AS ended FROM spans
), reached AS (
  SELECT agent_id, works, began, ended,
    MAX(ended) OVER earlier AS covered, MAX(CASE WHEN works = 1 THEN ended END) OVER earlier AS worked
  FROM clipped WHERE began < ended
  WINDOW earlier AS (PARTITION BY agent_id ORDER BY began, ended ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT agent_id, SUM(CASE WHEN works = 1 THEN {_new_to("worked")} ELSE 0 END), SUM({_new_to("covered")})
FROM reached GROUP BY agent_id
"""


class SqlAgentTimes:
    """AgentTimes of hub/insight/grouped.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def times(
        self, principal: Principal, from_at: datetime, to_at: datetime, now: datetime
    ) -> Mapping[str, AgentTime]:
        """See the port."""
        reach = principal.require(Permission.READ_REPORTS)
        async with self._database.snapshot() as wire:
            ids = [
                agent.id
                for agent in map(agent_of, await wire.fetch(_AGENTS, principal.tenant_id))
                if reach is Scope.ALL or agent.queues & principal.queues
            ]
            rows = await wire.fetch(
                _TIMES,
                principal.tenant_id,
                ids,
                to_us(from_at),
                to_us(min(to_at, now)),
                to_us(from_at - _LONGEST_SEGMENT),
            )
        return {row[0]: AgentTime(work_us=int(row[1]), work_or_free_us=int(row[2])) for row in rows}
