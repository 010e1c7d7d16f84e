"""What the live desk is made of: agents now, rows of Work lists, offers, lines, outcomes; read in batches."""

from collections import Counter
from collections.abc import Sequence

from crm_store.called import CALLED
from crm_store.clock_views import NOW, clocks_now, running
from crm_store.driver import Row, Wire
from crm_store.floor_mapping import agent_of, names_in
from crm_store.instants import from_us
from crm_store.live_words import LiveWords
from crm_store.mapping import at, columns, item_of, reservation_of, us
from crm_store.open_work import HELD, WAITING, open_in
from crm_store.outcome_rows import outcomes_of, pauses_of
from crm_store.rows.floor import agents
from crm_store.rows.history import reservations, work_items
from crm_store.store import Store
from crm_store.talk_mapping import files_of
from hub.desk.views import (
    DispositionView,
    LastTouchView,
    MeView,
    NamedView,
    QueueLineView,
    WaitingView,
    WorkView,
    disposition_view,
)
from hub.domain.agent import FULL, Agent, Wish
from hub.domain.call import SIP
from hub.domain.ids import QueueId, TenantId, UserId, WorkItemId
from hub.domain.letter import LetterKind
from hub.domain.outcome import PauseReason
from hub.domain.presence import Holdings, agent_state
from hub.domain.reservation import Reservation
from hub.domain.touch import Delivery, Direction
from hub.domain.work import WorkItem, WorkState
from hub.ports.clock import Clock

_AGENT = columns(agents)
_RESERVATION_WIDTH = len(reservations.columns)

# a quote within a text is escaped, so that no subject looks like a kind
_BY_A_PERSON = " AND ".join(
    f"""COALESCE(x.letter, '') NOT LIKE '%"kind":"{kind}"%'"""
    for kind in (LetterKind.AUTO_REPLY, LetterKind.BOUNCE)
)
_WORK = f"""
SELECT w.id, w.interaction_id, w.agent_id, p.id, {CALLED}, q.id, q.name,
  CASE WHEN w.channel = 'sip' AND w.media = 'mail' THEN 'voicemail' ELSE w.channel END, w.language, w.state, w.state_at,
  w.first_queued_at, w.deadline_at, w.version, l.seq, l.direction, l.at, l.text,
  (SELECT MIN(x.at) FROM touches x WHERE x.interaction_id = w.interaction_id AND x.direction = 'inbound'
    AND {_BY_A_PERSON}
    AND x.seq > COALESCE((SELECT MAX(y.seq) FROM touches y
      WHERE y.interaction_id = w.interaction_id AND y.direction = 'outbound' AND y.author_id IS NOT NULL
        AND y.delivery <> 'failed'), 0)
    AND x.seq > COALESCE((SELECT MAX(f.seq) FROM facts f
      WHERE f.interaction_id = w.interaction_id AND f.kind = 'client_left'), 0)),
  (SELECT COUNT(*) FROM touches x WHERE x.interaction_id = w.interaction_id AND x.direction = 'inbound'
    AND x.seq > COALESCE((SELECT m.seq FROM read_marks m
      WHERE m.interaction_id = w.interaction_id AND m.agent_id = w.agent_id), 0)),
  l.attachments, {NOW},
  CASE WHEN l.author_id IS NULL THEN '' ELSE COALESCE((SELECT a.name FROM agents a WHERE a.id = l.author_id),
    (SELECT u.name FROM users u WHERE u.id = l.author_id), '') END, l.delivery
FROM work_items w JOIN persons p ON p.id = w.person_id JOIN queues q ON q.id = w.queue_id
LEFT JOIN touches l ON l.interaction_id = w.interaction_id AND l.seq = (SELECT MAX(x.seq) FROM touches x
  WHERE x.interaction_id = w.interaction_id AND x.direction <> 'internal'){running("w")}
WHERE /*+*/w.tenant_id = $1 AND w.id = ANY($2) AND w.state IN ('assigned', 'wrap_up')
"""
_LINE_CUT = 140
# what brought work back on which nothing was said yet: the newest line of its thread, where that did not arrive
_NOT_ARRIVED = f"""
SELECT s.interaction_id, t.seq, t.direction, t.at, t.text, t.attachments,
  COALESCE((SELECT a.name FROM agents a WHERE a.id = t.author_id),
    (SELECT u.name FROM users u WHERE u.id = t.author_id), ''), t.delivery
FROM sessions s JOIN sessions o ON o.tenant_id = s.tenant_id AND o.account = s.account AND o.thread = s.thread
JOIN touches t ON t.session_id = o.id AND t.interaction_id = o.interaction_id
WHERE s.tenant_id = $1 AND s.interaction_id = ANY($2) AND t.direction = 'outbound' AND t.author_id IS NOT NULL
  AND t.delivery IN ('{Delivery.FAILED}', '{Delivery.UNCERTAIN}')
  AND t.seq = (SELECT MAX(x.seq) FROM sessions p JOIN touches x ON x.session_id = p.id
    WHERE p.tenant_id = o.tenant_id AND p.account = o.account AND p.thread = o.thread AND x.direction <> 'internal')
"""
_WITH_SOMEBODY = open_in(WorkState.OFFERED, WorkState.ASSIGNED, WorkState.WRAP_UP)


async def holdings_of(
    wire: Wire, tenant_id: TenantId, ids: Sequence[UserId]
) -> dict[str, tuple[Holdings, int]]:
    """Open work of these agents by stage, and the units it takes."""
    counts: dict[str, dict[str, int]] = {}
    units: dict[str, int] = {}
    for agent_id, state, count, weight in await wire.fetch(
        "SELECT agent_id, state, COUNT(*), SUM(weight) FROM work_items WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2)"
        f" AND {_WITH_SOMEBODY} GROUP BY agent_id, state",
        tenant_id,
        list(ids),
    ):
        counts.setdefault(agent_id, {})[state] = count
        units[agent_id] = units.get(agent_id, 0) + int(weight)
    return {
        agent_id: (
            Holdings(
                offered=by_state.get(WorkState.OFFERED, 0),
                assigned=by_state.get(WorkState.ASSIGNED, 0),
                wrapping_up=by_state.get(WorkState.WRAP_UP, 0),
            ),
            units[agent_id],
        )
        for agent_id, by_state in counts.items()
    }


NOTHING_HELD = (Holdings(), 0)


class Live(LiveWords):
    """LiveReads of hub/desk/reading.py."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def agents_now(self, tenant_id: TenantId, ids: Sequence[UserId]) -> dict[UserId, MeView]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_AGENT} FROM agents WHERE /*+*/tenant_id = $1 AND id = ANY($2)",
                tenant_id,
                list(ids),
            )
            held = await holdings_of(wire, tenant_id, ids)
        return {a.id: self._me(a, *held.get(a.id, NOTHING_HELD)) for a in map(agent_of, rows)}

    def _me(self, agent: Agent, holdings: Holdings, load: int) -> MeView:
        return MeView(
            id=agent.id,
            name=agent.name,
            login="",
            roles=(),
            state=agent_state(agent, holdings, self._clock.now()),
            wish=agent.wish.value,
            pause_reason=agent.pause_reason,
            since=agent.wish_since,
            load=load,
            full=FULL,
            version=agent.version,
            phone_ready=agent.phone_ready,
        )

    async def work_rows(
        self, tenant_id: TenantId, ids: Sequence[WorkItemId]
    ) -> dict[WorkItemId, tuple[UserId, WorkView]]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_WORK, tenant_id, list(ids))
            silent = [r[1] for r in rows if r[14] is None and r[7] != SIP]
            found = await wire.fetch(_NOT_ARRIVED, tenant_id, silent) if silent else ()
        before = {r[0]: _last_touch(r[1:]) for r in found}
        return {WorkItemId(r[0]): (UserId(r[2]), _work_view(r, before.get(r[1]))) for r in rows}

    async def held(self, tenant_id: TenantId, agent_id: UserId) -> list[WorkItemId]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT id FROM work_items WHERE /*+*/tenant_id = $1 AND agent_id = $2"
                f" AND {HELD} ORDER BY assigned_at",
                tenant_id,
                agent_id,
            )
        return [WorkItemId(r[0]) for r in rows]

    async def offers_to(self, tenant_id: TenantId, agent_id: UserId) -> list[tuple[Reservation, WorkItem]]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {columns(reservations, 'r.')}, {columns(work_items, 'w.')} FROM reservations r"
                " JOIN work_items w ON w.id = r.work_item_id WHERE /*+*/r.tenant_id = $1 AND r.agent_id = $2"
                " AND r.ended_at IS NULL AND r.state = 'offered' AND r.expires_at > $3 ORDER BY r.offered_at",
                tenant_id,
                agent_id,
                us(self._clock.now()),
            )
        return [(reservation_of(r[:_RESERVATION_WIDTH]), item_of(r[_RESERVATION_WIDTH:])) for r in rows]

    async def queue_lines(self, tenant_id: TenantId) -> dict[QueueId, QueueLineView]:
        """See the port. The estimate is the caller's to add."""
        now = self._clock.now()
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT q.id, q.name, COALESCE(line.waiting, 0), line.oldest FROM queues q LEFT JOIN"
                " (SELECT queue_id, COUNT(*) AS waiting, MIN(first_queued_at) AS oldest FROM work_items"
                f" WHERE tenant_id = $1 AND {WAITING} GROUP BY queue_id) line ON line.queue_id = q.id"
                " WHERE q.tenant_id = $1 ORDER BY q.name",
                tenant_id,
            )
            staff = await wire.fetch(
                "SELECT a.queues, a.wish, EXISTS (SELECT 1 FROM work_items WHERE /*+*/tenant_id = $1"
                f" AND agent_id = a.id AND {_WITH_SOMEBODY}) FROM agents a"
                " WHERE a.tenant_id = $1 AND a.wish <> 'offline' AND a.presence_until > $2",
                tenant_id,
                us(now),
            )
        staffed: Counter[str] = Counter()
        available: Counter[str] = Counter()
        # few teams, many agents: those of the same queues are counted together
        for (served, wish, is_busy), count in Counter((r[0], r[1], bool(r[2])) for r in staff).items():
            for queue_id in names_in(served):
                staffed[queue_id] += count
                if wish == Wish.AVAILABLE and not is_busy:
                    available[queue_id] += count
        return {
            QueueId(r[0]): QueueLineView(
                id=r[0],
                name=r[1],
                waiting=r[2],
                oldest_at=at(r[3]),
                ewt_s=None,
                staffed=staffed[r[0]],
                available=available[r[0]],
            )
            for r in rows
        }

    async def waiting(self, tenant_id: TenantId, limit_each: int) -> dict[QueueId, list[WaitingView]]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                # names are looked up for those who are shown, not for the whole line
                "SELECT line.queue_id, line.id, p.name, q.name, line.channel, line.language, line.first_queued_at,"
                f" line.place, {NOW} FROM (SELECT id, interaction_id, agent_id, queue_id, person_id, language,"
                " first_queued_at,"
                " CASE WHEN channel = 'sip' AND media = 'mail' THEN 'voicemail' ELSE channel END AS channel,"
                " ROW_NUMBER() OVER (PARTITION BY queue_id ORDER BY urgent_at, first_queued_at, id) AS place"
                f" FROM work_items WHERE tenant_id = $1 AND {WAITING}) line"
                f" CROSS JOIN persons p CROSS JOIN queues q{running('line')}"
                " WHERE line.place <= $2 AND p.id = line.person_id AND q.id = line.queue_id"
                " ORDER BY line.queue_id, line.place",
                tenant_id,
                limit_each,
            )
        lines: dict[QueueId, list[WaitingView]] = {}
        for r in rows:
            lines.setdefault(QueueId(r[0]), []).append(
                WaitingView(
                    work_item_id=r[1],
                    person=r[2],
                    queue=r[3],
                    channel=r[4],
                    language=r[5],
                    first_queued_at=from_us(r[6]),
                    place=r[7],
                    clocks=clocks_now(r[8:13]),
                )
            )
        return lines

    async def dispositions(self, tenant_id: TenantId) -> tuple[DispositionView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return tuple(disposition_view(o) for o in await outcomes_of(wire, tenant_id))

    async def pauses(self, tenant_id: TenantId) -> tuple[PauseReason, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return tuple(p for p in await pauses_of(wire, tenant_id) if not p.retired)


def _last_touch(r: Row) -> LastTouchView:
    return LastTouchView(
        seq=r[0],
        direction=Direction(r[1]),
        at=from_us(r[2]),
        text=r[3][:_LINE_CUT],
        files=tuple(file.name for file in files_of(r[4])),
        author=r[5],
        delivery=Delivery(r[6]),
    )


def _work_view(r: Row, before: LastTouchView | None) -> WorkView:
    return WorkView(
        work_item_id=r[0],
        interaction_id=r[1],
        person=NamedView(id=r[3], name=r[4]),
        queue=NamedView(id=r[5], name=r[6]),
        channel=r[7],
        language=r[8],
        state=WorkState(r[9]),
        state_at=from_us(r[10]),
        first_queued_at=from_us(r[11]),
        ends_at=at(r[12]),
        version=r[13],
        last_touch=before if r[14] is None else _last_touch((*r[14:18], r[20], r[26], r[27])),
        unanswered_since=at(r[18]),
        unread=r[19],
        clocks=clocks_now(r[21:26]),
    )
