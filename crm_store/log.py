"""The interaction log in SQL: pages by keyset in any order, counts, and the passes of one interaction.

A page is found in two steps: which passes, by an index that has the order; then everything about those few. Where
only some queues or agents are asked for, each has its own walk along its index, and the walks are merged.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from crm_store.called import CALLED
from crm_store.driver import Row, Wire
from crm_store.instants import from_us, to_us
from crm_store.log_query import KEYS, RATED, question_of, reach_of
from crm_store.mapping import at
from crm_store.person_tags import tags_in_reach, want_tags
from crm_store.store import Store
from crm_store.text_search import find_texts
from hub.domain.access import Permission, Principal
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import InteractionId
from hub.domain.service_level import WorkRow
from hub.domain.touch import Direction
from hub.domain.work import WorkState
from hub.insight.log import MOST_COUNTED, LogCount, LogFilter, LogName, LogOrder, LogPage, LogRow

_MOST_WALKS = 24
_TEXT_ROUNDS = 12
_CUT = 140
_SHORT_PERIOD_US = 14 * 86_400 * 1_000_000

_ROWS = f"""
SELECT w.id, w.interaction_id, p.id, {CALLED}, p.tier, q.id, q.name, w.channel, w.language, w.state,
  w.first_queued_at, w.answered_at, w.ended_at, w.agent_id, COALESCE(a.name, ''), i.disposition,
  i.disposition_note, w.handle_us,
  (SELECT COUNT(*) FROM work_items o WHERE o.interaction_id = w.interaction_id),
  (SELECT t.text FROM touches t WHERE t.interaction_id = w.interaction_id AND t.direction <> 'internal'
   ORDER BY t.seq DESC LIMIT 1),
  CASE WHEN {RATED} THEN r.score END, r.comment, w.direction
FROM work_items w JOIN interactions i ON i.id = w.interaction_id JOIN persons p ON p.id = i.person_id
  JOIN queues q ON q.id = w.queue_id LEFT JOIN agents a ON a.id = w.agent_id
  LEFT JOIN ratings r ON r.tenant_id = w.tenant_id AND r.interaction_id = w.interaction_id
    AND r.queue_id = w.queue_id AND r.agent_id = w.agent_id
WHERE /*+*/w.tenant_id = $1 AND w.id = ANY($2)
"""


class SqlLog:
    """LogStore of hub/insight/log.py, on either database."""

    def __init__(self, store: Store, permission: Permission = Permission.READ_LOG) -> None:
        self._database = store.database
        self._permission = permission

    async def page(
        self,
        principal: Principal,
        wanted: LogFilter,
        *,
        order: LogOrder,
        descending: bool,
        after: str,
        limit: int,
        now: datetime,
    ) -> LogPage:
        """See the port."""
        async with self._database.snapshot() as wire:
            if wanted.text:
                ids, following = await self._found(wire, principal, wanted, after, limit, now)
            else:
                keys = await self._keys(wire, principal, wanted, order, descending, after, limit + 1, now)
                ids = [str(key[0]) for key in keys[:limit]]
                following = f"{keys[limit - 1][1]}.{ids[-1]}" if len(keys) > limit else None
            return LogPage(items=tuple(await _rows(wire, principal, ids, now)), next=following)

    async def count(self, principal: Principal, wanted: LogFilter, now: datetime) -> LogCount:
        """See the port."""
        if wanted.text:
            raise Invalid("rows with a text are not counted", field="q", code="cannot_count_text")
        asked = question_of(principal, self._permission, wanted, now)
        async with self._database.snapshot() as wire:
            if wanted.tags:
                await want_tags(wire, asked, wanted.tags, walks=False)
            ((found,),) = await wire.fetch(
                f"SELECT COUNT(*) FROM (SELECT 1 {asked.source()} LIMIT {MOST_COUNTED + 1}) n", *asked.params
            )
        return LogCount(count=min(found, MOST_COUNTED), is_more=found > MOST_COUNTED)

    async def tags(self, principal: Principal) -> Sequence[str]:
        """See the port."""
        async with self._database.snapshot() as wire:
            return await tags_in_reach(wire, principal, self._permission)

    async def passes(
        self, principal: Principal, interaction_id: InteractionId, now: datetime
    ) -> Sequence[LogRow]:
        """See the port."""
        column, values = reach_of(principal, self._permission)
        async with self._database.snapshot() as wire:
            found = await wire.fetch(
                "SELECT id, first_queued_at, queue_id, agent_id FROM work_items"
                " WHERE /*+*/tenant_id = $1 AND interaction_id = $2 ORDER BY first_queued_at, id",
                principal.tenant_id,
                interaction_id,
            )
            place = {"queue_id": 2, "agent_id": 3}.get(column, 0)
            if not found or (values is not None and not any(row[place] in values for row in found)):
                raise NotFound("there is no such interaction")
            return await _rows(wire, principal, [str(row[0]) for row in found], now)

    async def _keys(
        self,
        wire: Wire,
        principal: Principal,
        wanted: LogFilter,
        order: LogOrder,
        descending: bool,
        after: str,
        limit: int,
        now: datetime,
    ) -> list[Row]:
        """(id, key) of the next passes in the order."""
        column, values = self._walks(principal, wanted) if order is LogOrder.START else ("", ())
        asked = question_of(principal, self._permission, wanted, now, without=column)
        key = KEYS[order]
        if wanted.tags and await want_tags(wire, asked, wanted.tags, walks=True):
            key = f"/*+*/{key}"  # the few are sorted
        if order is not LogOrder.START:
            asked.want("w.ended_at IS NOT NULL")
            if _is_short(wanted) and not key.startswith("/*+*/"):
                key = (
                    f"/*+*/{key}"  # the few of that time are sorted; a walk along all by their wait is longer
                )
        if after:
            last_key, last_id = _cursor(after)
            beyond, strictly = ("<=", "<") if descending else (">=", ">")
            k, i = asked.mark(last_key), asked.mark(last_id)
            asked.want(f"{key} {beyond} {k}")
            asked.want(f"({key} {strictly} {k} OR w.id {strictly} {i})")
        way = "DESC" if descending else "ASC"
        end = f"ORDER BY {key} {way}, w.id {way} LIMIT {limit}"
        walks = [f"w.{column} = {asked.mark(value)}" for value in values] or [""]
        if len(walks) == 1:
            return await wire.fetch(
                f"SELECT w.id, {KEYS[order]} {asked.source(also=walks[0])} {end}", *asked.params
            )
        union = " UNION ALL ".join(
            f"SELECT * FROM (SELECT w.id AS id, {KEYS[order]} AS k {asked.source(also=walk)} {end}) w{n}"
            for n, walk in enumerate(walks)
        )
        return await wire.fetch(
            f"SELECT id, k FROM ({union}) u ORDER BY k {way}, id {way} LIMIT {limit}", *asked.params
        )

    def _walks(self, principal: Principal, wanted: LogFilter) -> tuple[str, tuple[str, ...]]:
        """The column by which the log is walked apart, and its values; none where the whole is one walk."""
        reach, values = reach_of(principal, self._permission)
        chosen = {"agent_id": wanted.agents, "queue_id": wanted.queues}
        if values is not None:
            mine = chosen[reach]
            chosen[reach] = tuple(v for v in values if not mine or v in mine) or ("",)
        for column in ("agent_id", "queue_id"):
            if 0 < len(chosen[column]) <= _MOST_WALKS:
                return column, chosen[column]
        return "", ()

    async def _found(
        self, wire: Wire, principal: Principal, wanted: LogFilter, after: str, limit: int, now: datetime
    ) -> tuple[list[str], str | None]:
        """Passes of the interactions that have the text, in the order of its newest messages."""
        before = _text_cursor(after)
        ids: dict[str, None] = {}
        for _ in range(_TEXT_ROUNDS):
            hits = await find_texts(wire, principal.tenant_id, wanted.text, before=before, limit=limit)
            interactions = list(dict.fromkeys(hit.interaction_id for hit in hits.hits))
            if interactions:
                asked = question_of(principal, self._permission, wanted, now)
                if wanted.tags:
                    await want_tags(wire, asked, wanted.tags, walks=True)
                asked.want(f"w.interaction_id = ANY({asked.mark(interactions)})")
                rows = await wire.fetch(
                    f"SELECT w.id, w.interaction_id, w.first_queued_at {asked.source()}", *asked.params
                )
                rank = {interaction: n for n, interaction in enumerate(interactions)}
                ids |= dict.fromkeys(str(r[0]) for r in sorted(rows, key=lambda r: (rank[r[1]], -r[2], r[0])))
            before = hits.next
            if before is None or len(ids) >= limit:
                break
        return list(ids), None if before is None else f"t{before}"


async def _rows(wire: Wire, principal: Principal, ids: Sequence[str], now: datetime) -> list[LogRow]:
    if not ids:
        return []
    found = {row[0]: row for row in await wire.fetch(_ROWS, principal.tenant_id, list(ids))}
    return [_row(found[one], now) for one in ids if one in found]


def _row(r: Row, now: datetime) -> LogRow:
    state = WorkState(r[9])
    ended_at = at(r[12])
    work = WorkRow(
        work_item_id=r[0],
        interaction_id=r[1],
        queue_id=r[5],
        first_queued_at=from_us(r[10]),
        answered_at=at(r[11]),
        ended_at=ended_at,
        state=state,
    )
    return LogRow(
        id=r[0],
        interaction_id=r[1],
        person=LogName(id=r[2], name=r[3]),
        tier=r[4],
        queue=LogName(id=r[5], name=r[6]),
        channel=r[7],
        direction=Direction(r[22]),
        language=r[8],
        state=state,
        outcome=work.outcome(now),
        first_queued_at=work.first_queued_at,
        answered_at=work.answered_at,
        ended_at=ended_at,
        agent=LogName(id=r[13], name=r[14]) if r[13] else None,
        wait_s=work.wait_s(now),
        handle_s=r[17] / 1_000_000,
        duration_s=None if ended_at is None else (ended_at - work.first_queued_at).total_seconds(),
        disposition=r[15] or "",
        note=r[16] or "",
        passes=r[18],
        last_text=(r[19] or "")[:_CUT],
        score=r[20],
        comment=r[21] or "" if r[20] is not None else "",
    )


def _is_short(wanted: LogFilter) -> bool:
    if wanted.from_at is None or wanted.to_at is None:
        return False
    return to_us(wanted.to_at) - to_us(wanted.from_at) <= _SHORT_PERIOD_US


_CURSOR = re.compile(r"(-?[0-9]{1,18})\.([0-9a-f-]{1,36})")
_TEXT_CURSOR = re.compile(r"t([0-9]{1,18})")


def _cursor(after: str) -> tuple[int, str]:
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise Invalid("this page does not exist", field="after")
    return int(found[1]), found[2]


def _text_cursor(after: str) -> int | None:
    if not after:
        return None
    found = _TEXT_CURSOR.fullmatch(after)
    if found is None:
        raise Invalid("this page does not exist", field="after")
    return int(found[1])
