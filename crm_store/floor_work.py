"""Open work of the floor, read page by page."""

import re

from crm_store.called import CALLED
from crm_store.clock_views import NOW, clocks_now, running
from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.open_work import OPEN
from crm_store.store import Store
from hub.domain.access import Permission, Principal, Scope
from hub.domain.errors import Invalid
from hub.domain.work import WorkState
from hub.insight.floor_work import FloorWork, FloorWorkPage

_STATES = {
    "": ("queued", "offered", "assigned", "wrap_up"),
    "waiting": ("queued", "offered"),
    "held": ("assigned", "wrap_up"),
    **{state: (state,) for state in ("queued", "offered", "assigned", "wrap_up")},
}
_CURSOR = re.compile(r"([01])\.(-?[0-9]{1,18})\.([0-9a-f-]{1,36})")

# the line is counted before anything is filtered, names are looked up for one page
_LINE = f"""
WITH line AS MATERIALIZED (
  SELECT id, interaction_id, person_id, queue_id, channel, language, state, state_at, first_queued_at, agent_id,
    priority, in_hand, urgent_at, ROW_NUMBER() OVER (PARTITION BY queue_id, in_hand ORDER BY urgent_at, id) AS place
  FROM (SELECT *, CASE WHEN state IN ('assigned', 'wrap_up') THEN 1 ELSE 0 END AS in_hand FROM work_items
    WHERE tenant_id = $1 AND {OPEN}) w
)
SELECT s.id, s.interaction_id, {CALLED}, s.queue_id, q.name, s.channel, s.language, s.state, s.state_at,
  s.first_queued_at, s.agent_id, COALESCE(a.name, ''), s.priority, s.in_hand, s.urgent_at,
  CASE WHEN s.in_hand = 1 THEN 0 ELSE s.place END, {NOW}
FROM (SELECT * FROM line WHERE state = ANY($2) AND (in_hand > $3 OR (in_hand = $3 AND (urgent_at > $4
  OR (urgent_at = $4 AND id > $5))))"""
_PAGE = f"""
  ORDER BY in_hand, urgent_at, id LIMIT {{}}) s
CROSS JOIN persons p CROSS JOIN queues q LEFT JOIN agents a ON a.id = s.agent_id{running("s")}
WHERE p.id = s.person_id AND q.id = s.queue_id ORDER BY s.in_hand, s.urgent_at, s.id
"""


class SqlFloorWork:
    """FloorWorkStore of hub/insight/floor_work.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def floor_work(
        self, principal: Principal, *, queue_id: str, agent_id: str, state: str, after: str, limit: int
    ) -> FloorWorkPage:
        """See the port."""
        reach = principal.require(Permission.READ_WALLBOARD)
        if state not in _STATES:
            raise Invalid("no such state of open work", field="state")
        in_hand, urgent_us, last_id = 0, -(2**62), ""
        if after:
            found = _CURSOR.fullmatch(after)
            if found is None:
                raise Invalid("this page does not exist", field="after")
            in_hand, urgent_us, last_id = int(found[1]), int(found[2]), found[3]
        sql = _LINE
        params: list[object] = [principal.tenant_id, list(_STATES[state]), in_hand, urgent_us, last_id]

        def add(condition: str, value: object) -> None:
            nonlocal sql
            params.append(value)
            sql += f" AND {condition.format(f'${len(params)}')}"

        if reach is not Scope.ALL:
            add("queue_id = ANY({})", sorted(principal.queues))
        if queue_id:
            add("queue_id = {}", queue_id)
        if agent_id:
            add("agent_id = {}", agent_id)
        params.append(limit + 1)
        sql += _PAGE.format(f"${len(params)}")
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(sql, *params)
        last = rows[limit - 1] if len(rows) > limit else None
        more = None if last is None else f"{last[13]}.{last[14]}.{last[0]}"
        return FloorWorkPage(items=tuple(_work(r) for r in rows[:limit]), next=more)


def _work(r: Row) -> FloorWork:
    return FloorWork(
        work_item_id=r[0],
        interaction_id=r[1],
        person=r[2],
        queue_id=r[3],
        queue=r[4],
        channel=r[5],
        language=r[6],
        state=WorkState(r[7]),
        state_at=from_us(r[8]),
        first_queued_at=from_us(r[9]),
        agent_id=r[10] or "",
        agent=r[11],
        priority=r[12],
        place=int(r[15]),
        clocks=clocks_now(r[16:21]),
    )
