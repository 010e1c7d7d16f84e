"""The clocks of conversations in a unit of work: read and written at once, in its transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crm_store.driver import Row, Wire
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, columns, item_of, letter_head, us
from crm_store.open_work import OPEN, open_in
from crm_store.rows.clocks import clock_readings, clocks, reply_timers
from crm_store.rows.history import work_items
from hub.domain.clocks import REPLY_OVERDUE, Kept, Mark, Reading, ReplyTimer, Run, Turn
from hub.domain.ids import InteractionId, QueueId, TenantId, UserId, WorkItemId
from hub.domain.letter import LetterKind
from hub.domain.text_times import ClockKind
from hub.domain.work import WorkState
from hub.ports.clocks import ClockInput

_BETWEEN = ","  # lines that are kept in one column
_CLOCK, _TIMER = columns(clocks), columns(reply_timers)

_ENSURE = (
    "INSERT INTO clock_readings (interaction_id, tenant_id, seq, was_spoken) VALUES ($1, $2, 0, $3)"
    " ON CONFLICT (interaction_id) DO NOTHING"
)
_READINGS = (
    f"SELECT {columns(clock_readings)} FROM clock_readings WHERE interaction_id = ANY($1)"
    " ORDER BY interaction_id FOR UPDATE"
)
# what a program says answers nobody
_ANSWER = "t.kind IN ('message', 'form') AND t.direction = 'outbound' AND t.author_id IS NOT NULL"
_FAILED = f"""
SELECT t.interaction_id, t.seq FROM touches t
WHERE t.tenant_id = $1 AND t.interaction_id = ANY($2) AND t.delivery = 'failed' AND {_ANSWER} ORDER BY t.seq
"""
# those of $2 from their first line on
_SAID = f"""
SELECT t.interaction_id, t.seq, t.at, t.direction, t.letter
FROM clock_readings r JOIN touches t ON t.interaction_id = r.interaction_id
  AND (t.seq > r.seq OR t.interaction_id = ANY($2))
WHERE r.interaction_id = ANY($1)
  AND ((t.kind IN ('message', 'form') AND t.direction = 'inbound') OR ({_ANSWER}))
"""
# who talks with the client on the telephone answers them
_DONE = """
SELECT f.interaction_id, f.seq, f.at, f.kind
FROM clock_readings r JOIN facts f ON f.interaction_id = r.interaction_id
  AND (f.seq > r.seq OR f.interaction_id = ANY($2))
WHERE r.interaction_id = ANY($1) AND (f.kind IN ('client_left', 'interaction_closed')
  OR (f.kind = 'call_changed' AND f.state = 'talking' AND f.agent_id IS NOT NULL))
"""
_ON_ITS_WAY = """
SELECT interaction_id FROM planned_replies WHERE /*+*/tenant_id = $1 AND interaction_id = ANY($2) AND state = 'waiting'
UNION SELECT interaction_id FROM calls WHERE /*+*/tenant_id = $1 AND interaction_id = ANY($2) AND ended_at IS NULL
"""
_PUT_CLOCK = (
    f"INSERT INTO clocks ({_CLOCK}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (interaction_id, kind, seq) DO UPDATE SET queue_id = excluded.queue_id, due_at = excluded.due_at,"
    " ended_at = excluded.ended_at, ended_by = excluded.ended_by"
)
_TURNS = {
    "client_left": Turn.LEFT,
    "interaction_closed": Turn.CLOSED,
    "call_changed": Turn.ANSWERED,
    "inbound": Turn.ASKED,
    "outbound": Turn.ANSWERED,
}


class UnitClocks:
    """The half of `ClockUnit` (hub/ports/clocks.py) that is not `SuperviseUnit`."""

    _wire: Wire
    _tenant: TenantId

    async def clock_inputs(self, ids: Sequence[InteractionId]) -> Mapping[InteractionId, ClockInput]:
        wire, wanted = self._wire, sorted(set(ids))
        there = await wire.fetch(
            "SELECT id, queue_id, last_seq FROM interactions WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id",
            self._tenant,
            wanted,
        )
        known = [r[0] for r in there]
        await wire.many(_ENSURE, [(i, self._tenant, False) for i in known])
        readings = {r[0]: r for r in await wire.fetch(_READINGS, known)}
        # whoever held the lock may have read on meanwhile: what follows is read after it
        last = {
            r[0]: r
            for r in await wire.fetch(
                "SELECT id, queue_id, last_seq FROM interactions WHERE tenant_id = $1 AND id = ANY($2)",
                self._tenant,
                known,
            )
        }
        # before the lines: a reply that fails in between is found by the next reading, and not passed over by it
        failed: dict[str, list[int]] = {}
        for interaction_id, seq in await wire.fetch(_FAILED, self._tenant, known):
            failed.setdefault(interaction_id, []).append(seq)
        before = {i: _reading_of(readings[i]) for i in known}
        anew = [i for i in known if before[i].must_begin_anew(failed.get(i, ()))]
        runs: dict[str, list[Run]] = {}
        over: dict[str, list[Run]] = {}
        for row in await wire.fetch(
            f"SELECT {_CLOCK} FROM clocks WHERE tenant_id = $1 AND interaction_id = ANY($2)"
            " AND (ended_at IS NULL OR interaction_id = ANY($3))",
            self._tenant,
            known,
            anew,
        ):
            run = _run_of(row)
            (runs if run.ended_at is None else over).setdefault(row[0], []).append(run)
        timers = {
            r[0]: _timer_of(r)
            for r in await wire.fetch(
                f"SELECT {_TIMER} FROM reply_timers WHERE interaction_id = ANY($1)", known
            )
        }
        marks = await self._marks(known, anew)
        items = {
            item.interaction_id: item
            for item in map(
                item_of,
                await wire.fetch(
                    f"SELECT {columns(work_items)} FROM work_items WHERE /*+*/tenant_id = $1"
                    f" AND interaction_id = ANY($2) AND {OPEN}",
                    self._tenant,
                    known,
                ),
            )
        }
        planned = {r[0] for r in await wire.fetch(_ON_ITS_WAY, self._tenant, known)}
        return {
            InteractionId(i): ClockInput(
                interaction_id=InteractionId(i),
                queue_id=QueueId(last[i][1]),
                last_seq=last[i][2],
                kept=Kept(
                    reading=replace(
                        before[i], runs=tuple(sorted(runs.get(i, ()), key=lambda run: run.kind.value))
                    ),
                    timer=timers.get(i),
                ),
                marks=tuple(marks.get(i, ())),
                item=items.get(InteractionId(i)),
                is_planned=i in planned,
                unsaid=tuple(failed.get(i, ())),
                is_anew=i in anew,
                over=tuple(over.get(i, ())),
            )
            for i in known
        }

    async def _marks(self, ids: list[InteractionId], anew: list[InteractionId]) -> dict[str, list[Mark]]:
        found: dict[str, list[Mark]] = {}
        for interaction_id, seq, when, direction, letter in await self._wire.fetch(_SAID, ids, anew):
            if direction == "inbound" and letter is not None and not _is_personal(letter):
                continue  # a machine waits for nothing
            found.setdefault(interaction_id, []).append(
                Mark(seq=seq, at=from_us(when), turn=_TURNS[direction])
            )
        for interaction_id, seq, when, kind in await self._wire.fetch(_DONE, ids, anew):
            found.setdefault(interaction_id, []).append(Mark(seq=seq, at=from_us(when), turn=_TURNS[kind]))
        for marks in found.values():
            marks.sort(key=lambda mark: mark.seq)
        return found

    async def put_clocks(self, seen: ClockInput, kept: Kept, ended: Sequence[Run]) -> None:
        wire, before, after = self._wire, seen.kept.reading, kept.reading
        if replace(after, runs=()) != replace(before, runs=()):
            await wire.execute(
                "UPDATE clock_readings SET seq = $1, was_spoken = $2, unsaid = $3 WHERE interaction_id = $4",
                after.seq,
                after.was_spoken,
                _BETWEEN.join(map(str, after.unsaid)),
                seen.interaction_id,
            )
        if seen.is_anew:
            were = {(run.kind, run.seq) for run in (*seen.over, *before.runs)}
            gone = were - {(run.kind, run.seq) for run in (*ended, *after.runs)}
            await wire.many(
                "DELETE FROM clocks WHERE interaction_id = $1 AND kind = $2 AND seq = $3",
                [(seen.interaction_id, kind.value, seq) for kind, seq in sorted(gone)],
            )
        moved = [run for run in (*ended, *after.runs) if run not in before.runs and run not in seen.over]
        if moved:
            await wire.many(_PUT_CLOCK, [self._run_row(seen, run) for run in moved])
        if kept.timer == seen.kept.timer:
            return
        await wire.execute("DELETE FROM reply_timers WHERE interaction_id = $1", seen.interaction_id)
        if kept.timer is not None:
            await wire.insert(reply_timers, [_timer_row(kept.timer)])

    def _run_row(self, seen: ClockInput, run: Run) -> Row:
        return (
            seen.interaction_id,
            run.kind.value,
            run.seq,
            self._tenant,
            seen.queue_id,
            us(run.started_at),
            us(run.due_at),
            us(run.ended_at),
            run.ended_by,
        )


async def clocks_to_read(
    wire: Wire, tenant_id: TenantId, queue_ids: Collection[QueueId], failed_since: datetime
) -> list[InteractionId]:
    """See hub/ports/clocks.py."""
    rows = await wire.fetch(
        "SELECT i.id FROM interactions i LEFT JOIN clock_readings r ON r.interaction_id = i.id"
        " WHERE i.tenant_id = $1 AND i.queue_id = ANY($2) AND i.state = 'open' AND i.channel <> 'sip'"
        " AND i.last_seq > COALESCE(r.seq, 0)"
        " UNION SELECT interaction_id FROM clocks WHERE tenant_id = $1 AND ended_at IS NULL"
        " UNION SELECT interaction_id FROM reply_timers WHERE tenant_id = $1"
        " UNION SELECT t.interaction_id FROM touches t JOIN clock_readings r ON r.interaction_id = t.interaction_id"
        f" WHERE t.tenant_id = $1 AND t.delivery = 'failed' AND t.at > $3 AND {_ANSWER} AND t.seq <= r.seq"
        f" AND '{_BETWEEN}' || r.unsaid || '{_BETWEEN}' NOT LIKE"
        f" '%{_BETWEEN}' || CAST(t.seq AS TEXT) || '{_BETWEEN}%'",
        tenant_id,
        sorted(queue_ids),
        to_us(failed_since),
    )
    return sorted(InteractionId(r[0]) for r in rows)


async def due_replies(wire: Wire, tenant_id: TenantId, now: datetime, limit: int) -> list[InteractionId]:
    """See hub/ports/clocks.py."""
    rows = await wire.fetch(
        "SELECT interaction_id, return_at FROM reply_timers WHERE tenant_id = $1 AND return_at <= $2"
        " UNION SELECT interaction_id, return_at FROM reply_timers"
        " WHERE tenant_id = $1 AND warned_at IS NULL AND warn_at <= $2 ORDER BY 2 LIMIT $3",
        tenant_id,
        to_us(now),
        limit,
    )
    return [InteractionId(r[0]) for r in rows]


async def silent_ones(wire: Wire, tenant_id: TenantId) -> list[tuple[WorkItemId, UserId, datetime]]:
    """Who lost work that waits now because they did not answer, and when."""
    rows = await wire.fetch(
        "SELECT w.id, f.agent_id, f.at FROM work_items w CROSS JOIN facts f"
        f" WHERE w.tenant_id = $1 AND {open_in(WorkState.QUEUED, of='w.')} AND w.answered_at IS NOT NULL"
        " AND f.interaction_id = w.interaction_id AND f.work_item_id = w.id AND f.reason = $2"
        " AND f.agent_id IS NOT NULL",
        tenant_id,
        REPLY_OVERDUE,
    )
    return [(WorkItemId(r[0]), UserId(r[1]), from_us(r[2])) for r in rows]


def _is_personal(letter: str) -> bool:
    return letter_head(letter).kind is LetterKind.PERSONAL


def _reading_of(r: Row) -> Reading:
    return Reading(
        seq=r[2],
        was_spoken=bool(r[3]),
        unsaid=tuple(int(seq) for seq in r[4].split(_BETWEEN) if seq),
    )


def _run_of(r: Row) -> Run:
    return Run(
        kind=ClockKind(r[1]),
        seq=r[2],
        started_at=from_us(r[5]),
        due_at=at(r[6]),
        ended_at=at(r[7]),
        ended_by=r[8],
    )


def _timer_of(r: Row) -> ReplyTimer:
    return ReplyTimer(
        interaction_id=r[0],
        tenant_id=r[1],
        work_item_id=r[2],
        agent_id=r[3],
        epoch=r[4],
        asked_seq=r[5],
        started_at=from_us(r[6]),
        warn_at=from_us(r[7]),
        return_at=from_us(r[8]),
        warned_at=at(r[9]),
    )


def _timer_row(t: ReplyTimer) -> Row:
    return (
        t.interaction_id,
        t.tenant_id,
        t.work_item_id,
        t.agent_id,
        t.epoch,
        t.asked_seq,
        us(t.started_at),
        us(t.warn_at),
        us(t.return_at),
        us(t.warned_at),
    )
