"""What one agent did in a period, for that agent alone: log and work, passes added up, and offers let go."""

from dataclasses import replace
from datetime import datetime

from crm_store.activity import SqlActivity
from crm_store.instants import to_us
from crm_store.report_sums import SqlSums
from crm_store.store import Store
from hub.domain.access import Permission, Principal
from hub.domain.reservation import ReservationState
from hub.domain.touch import Direction
from hub.insight.grouped import GroupBy, Sums
from hub.insight.log import LogFilter
from hub.insight.my_day import OwnRecord

_QUEUES = "SELECT id FROM queues WHERE tenant_id = $1"
# by the segments of being asked: they are found by agent and time, reservations only by their work
_LET_GO = """
SELECT r.state, COUNT(*) FROM reservations r
WHERE r.tenant_id = $1 AND r.agent_id = $2 AND r.offered_at >= $3 AND r.offered_at < $4
  AND r.state IN ('declined', 'expired') AND r.work_item_id IN (
    SELECT s.work_item_id FROM segments s WHERE s.tenant_id = $1 AND s.agent_id = $2 AND s.kind = 'alert'
      AND s.started_at >= $3 AND s.started_at < $4)
GROUP BY r.state
"""


class SqlMyDay:
    """MyDayStore of hub/insight/my_day.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self._activity = SqlActivity(store)
        self._sums = SqlSums(store, Permission.SET_OWN_STATE)

    async def own(self, principal: Principal, from_at: datetime, to_at: datetime, now: datetime) -> OwnRecord:
        """See the port."""
        record = await self._activity.own(principal, from_at, to_at, now)
        tenant_id, me = principal.tenant_id, record.agent_id
        async with self._database.snapshot() as wire:
            queues = tuple(row[0] for row in await wire.fetch(_QUEUES, tenant_id))
            rows = await wire.fetch(_LET_GO, tenant_id, me, to_us(from_at), to_us(to_at))
        let_go = {state: int(count) for state, count in rows}
        # every queue is named for the index's sake: passes are found by queue and time
        wanted = LogFilter(
            queues=queues, agents=(me,), directions=(Direction.INBOUND,), from_at=from_at, to_at=to_at
        )
        by_agent = await self._sums.sums(principal, wanted, GroupBy.AGENT, now)
        ours = replace(wanted, directions=(Direction.OUTBOUND,))
        begun = (await self._sums.sums(principal, ours, GroupBy.AGENT, now)).get(me, Sums())
        return OwnRecord(
            record=record,
            sums=by_agent.get(me, Sums()),
            started=begun.counts.offered,
            declined=let_go.get(ReservationState.DECLINED.value, 0),
            missed=let_go.get(ReservationState.EXPIRED.value, 0),
        )
