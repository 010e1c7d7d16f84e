"""One transaction of one tenant: loads what a decision needs, collects what it changes, writes it in bulk.

Rows, facts and the outbox row go in together: one outbox row carries all events of a unit, encoded once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crm_store.changes import (
    SAVE_AGENT,
    SAVE_INTERACTION,
    SAVE_ITEM,
    agent_change,
    fact_row,
    interaction_change,
    item_change,
)
from crm_store.driver import Row, Wire
from crm_store.floor_mapping import agent_of
from crm_store.known import load_known, load_threads
from crm_store.mapping import (
    TOUCH_COLUMNS,
    columns,
    identity_row,
    interaction_of,
    interaction_row,
    item_of,
    item_row,
    person_row,
    reservation_of,
    reservation_row,
    segment_row,
    session_of,
    session_row,
    touch_of,
    touch_row,
    us,
)
from crm_store.person_index import index_names
from crm_store.rows.floor import agents
from crm_store.rows.history import (
    facts,
    interactions,
    outbox,
    reservations,
    segments,
    sessions,
    touches,
    work_items,
)
from crm_store.rows.people import identities, persons
from crm_store.text_search import index_texts, touch_text_row
from hub.domain.agent import Agent
from hub.domain.events import (
    Event,
)
from hub.domain.ids import (
    InteractionId,
    PersonId,
    QueueId,
    ReservationId,
    SessionId,
    TenantId,
    UserId,
    WorkItemId,
)
from hub.domain.interaction import Interaction, Session
from hub.domain.person import Identity, Person
from hub.domain.queue import Queue
from hub.domain.reservation import Reservation
from hub.domain.segment import Segment
from hub.domain.touch import InboundTouch, Touch
from hub.domain.values import changed
from hub.domain.work import WorkItem, segment_ended_by
from hub.ports.store import Known, NewTouch, OpenThread

Encode = Callable[[Sequence[Event]], bytes]

_ITEM = columns(work_items)
_INTERACTION = columns(interactions)
_RESERVATION = columns(reservations)
_SESSION = columns(sessions)
_AGENT = columns(agents)


@dataclass(slots=True)
class _Writes:
    persons: list[Row] = field(default_factory=list)
    names: list[tuple[PersonId, Sequence[str]]] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    identities: list[Row] = field(default_factory=list)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    new_interactions: set[str] = field(default_factory=set)
    sessions: list[Row] = field(default_factory=list)
    touches: list[Row] = field(default_factory=list)
    items: dict[str, WorkItem] = field(default_factory=dict)
    new_items: set[str] = field(default_factory=set)
    reservations: list[Row] = field(default_factory=list)
    segments: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    served: list[Row] = field(default_factory=list)
    agents: dict[str, Agent] = field(default_factory=dict)
    agent_log: list[Row] = field(default_factory=list)
    ended_sessions: list[Row] = field(default_factory=list)
    released: list[Row] = field(default_factory=list)


class Unit:
    """See hub/ports/store.py. Times become microseconds, enums their words, at the moment of adding."""

    def __init__(
        self,
        wire: Wire,
        tenant_id: TenantId,
        *,
        encode: Encode,
        all_queues: dict[QueueId, Queue],
        at: datetime,
    ) -> None:
        self._wire = wire
        self._tenant = tenant_id
        self._encode = encode
        self._queues = all_queues
        self._at = at
        self._writes = _Writes()
        self._events: list[Event] = []

    # — loading, with locks ————————————————————————————————————————————————————————————————

    async def known(self, inbound: Sequence[InboundTouch]) -> Known:
        return await load_known(self._wire, self._tenant, inbound, self._queues)

    async def open_thread(self, account: str, thread: str) -> OpenThread | None:
        return (await load_threads(self._wire, self._tenant, [account], [thread])).get((account, thread))

    async def work_items(self, ids: Sequence[WorkItemId]) -> dict[WorkItemId, WorkItem]:
        rows = await self._wire.fetch(
            f"SELECT {_ITEM} FROM work_items WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
            self._tenant,
            list(ids),
        )
        return {item.id: item for item in map(item_of, rows)}

    async def open_item(self, interaction_id: InteractionId) -> WorkItem | None:
        rows = await self._wire.fetch(
            f"SELECT {_ITEM} FROM work_items WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
            " AND state IN ('queued', 'offered', 'assigned', 'wrap_up') FOR UPDATE",
            self._tenant,
            interaction_id,
        )
        return item_of(rows[0]) if rows else None

    async def interactions(self, ids: Sequence[InteractionId]) -> dict[InteractionId, Interaction]:
        rows = await self._wire.fetch(
            f"SELECT {_INTERACTION} FROM interactions WHERE /*+*/tenant_id = $1 AND id = ANY($2)"
            " ORDER BY id FOR UPDATE",
            self._tenant,
            list(ids),
        )
        return {i.id: i for i in map(interaction_of, rows)}

    async def written_before(self, interaction_id: InteractionId, external_id: str) -> Touch | None:
        rows = await self._wire.fetch(
            f"SELECT {TOUCH_COLUMNS} FROM touches WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
            " AND external_id = $3",
            self._tenant,
            interaction_id,
            external_id,
        )
        return touch_of(rows[0]) if rows else None

    async def open_sessions(self, interaction_id: InteractionId) -> list[Session]:
        rows = await self._wire.fetch(
            f"SELECT {_SESSION} FROM sessions WHERE /*+*/tenant_id = $1 AND interaction_id = $2 AND ended_at IS NULL"
            " ORDER BY started_at DESC",
            self._tenant,
            interaction_id,
        )
        return [session_of(r) for r in rows]

    async def reservations(self, ids: Sequence[ReservationId]) -> dict[ReservationId, Reservation]:
        rows = await self._wire.fetch(
            f"SELECT {_RESERVATION} FROM reservations WHERE /*+*/tenant_id = $1 AND id = ANY($2)",
            self._tenant,
            list(ids),
        )
        return {r.id: r for r in map(reservation_of, rows)}

    async def open_reservations(self, item_id: WorkItemId) -> list[Reservation]:
        rows = await self._wire.fetch(
            f"SELECT {_RESERVATION} FROM reservations WHERE /*+*/tenant_id = $1 AND work_item_id = $2"
            " AND ended_at IS NULL ORDER BY id",
            self._tenant,
            item_id,
        )
        return [reservation_of(r) for r in rows]

    async def agents(self, ids: Sequence[UserId]) -> dict[UserId, Agent]:
        rows = await self._wire.fetch(
            f"SELECT {_AGENT} FROM agents WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
            self._tenant,
            list(ids),
        )
        return {a.id: a for a in map(agent_of, rows)}

    async def agent_units(self, agent_id: UserId, *, besides: WorkItemId) -> int:
        rows = await self._wire.fetch(
            "SELECT COALESCE(SUM(weight), 0) FROM work_items WHERE /*+*/tenant_id = $1 AND agent_id = $2 AND id <> $3"
            " AND state IN ('assigned', 'wrap_up')",
            self._tenant,
            agent_id,
            besides,
        )
        return int(rows[0][0])

    async def queues(self) -> dict[QueueId, Queue]:
        return self._queues

    # — collecting ————————————————————————————————————————————————————————————————————————

    def add_person(self, person: Person, names: Sequence[str]) -> None:
        self._writes.persons.append(person_row(person))
        if any(names):
            self._writes.names.append((person.id, names))

    def add_identity(self, identity: Identity) -> None:
        self._writes.identities.append(identity_row(identity))

    def add_interaction(self, interaction: Interaction) -> None:
        self._writes.interactions[interaction.id] = interaction
        self._writes.new_interactions.add(interaction.id)

    def add_session(self, session: Session) -> None:
        self._writes.sessions.append(session_row(session))

    def end_session(self, session_id: SessionId, at: datetime) -> None:
        self._writes.ended_sessions.append((us(at), session_id))

    def add_touch(self, new: NewTouch) -> None:
        self._writes.touches.append(touch_row(new))
        t = new.touch
        words = touch_text_row(t.tenant_id, t.id, t.interaction_id, t.at, t.text)
        if words is not None:
            self._writes.texts.append(words)

    def add_item(self, item: WorkItem) -> None:
        self._writes.items[item.id] = item
        self._writes.new_items.add(item.id)

    def save_item(self, before: WorkItem, after: WorkItem) -> None:
        self._writes.items[after.id] = after
        if segment := segment_ended_by(before, after):
            self._writes.segments.append(segment_row(segment))

    def add_segment(self, segment: Segment) -> None:
        self._writes.segments.append(segment_row(segment))

    def note_served(self, person_id: PersonId, agent_id: UserId) -> None:
        self._writes.served.append((agent_id, person_id))

    def save_interaction(self, interaction: Interaction) -> None:
        self._writes.interactions[interaction.id] = interaction

    def add_reservation(self, reservation: Reservation) -> None:
        self._writes.reservations.append(reservation_row(reservation))

    async def settle(self, reservation: Reservation) -> bool:
        touched = await self._wire.execute(
            "UPDATE reservations SET state = $1, answered_at = $2, ended_at = $3, reason = $4"
            " WHERE id = $5 AND tenant_id = $6 AND state = 'offered' AND epoch = $7",
            reservation.state.value,
            us(reservation.answered_at),
            us(reservation.ended_at),
            reservation.reason,
            reservation.id,
            self._tenant,
            reservation.epoch,
        )
        return touched == 1

    def release(self, reservation: Reservation, at: datetime) -> None:
        self._writes.released.append((us(at), reservation.id))

    def save_agent(self, agent: Agent, reason: str) -> None:
        self._writes.agents[agent.id] = agent
        present = agent.presence_until is not None and agent.presence_until > self._at
        self._writes.agent_log.append(
            (self._tenant, agent.id, us(self._at), agent.wish.value, agent.pause_reason, present, reason)
        )

    def note_fact(self, event: Event, interaction: Interaction) -> Interaction:
        seq = interaction.last_seq + 1
        self._writes.facts.append(fact_row(event, interaction, seq, self._at))
        self._events.append(event)
        numbered = changed(interaction, last_seq=seq)
        self._writes.interactions[interaction.id] = numbered
        return numbered

    def emit(self, event: Event) -> None:
        self._events.append(event)

    # — writing ———————————————————————————————————————————————————————————————————————————

    @property
    def events(self) -> Sequence[Event]:
        """What will be told after the commit."""
        return self._events

    async def flush(self) -> None:
        """Write everything collected: first what ends, which makes room for what is new; then parents first."""
        w, wire = self._writes, self._wire
        await self._end()
        for table, rows in (
            (persons, w.persons),
            (identities, w.identities),
            (
                interactions,
                [interaction_row(i) for i in w.interactions.values() if i.id in w.new_interactions],
            ),
            (sessions, w.sessions),
            (work_items, [item_row(i) for i in w.items.values() if i.id in w.new_items]),
            (touches, w.touches),
            (reservations, w.reservations),
            (segments, w.segments),
            (facts, w.facts),
        ):
            if rows:
                await wire.insert(table, rows)
        await self._update()
        if w.texts:
            await index_texts(wire, w.texts)
        if w.names:
            await index_names(wire, self._tenant, w.names)
        if self._events:
            await wire.execute(f"INSERT INTO {outbox.name} (payload) VALUES ($1)", self._encode(self._events))

    async def _end(self) -> None:
        # an interaction has one open pass, a thread one open session, work one holder
        w, wire = self._writes, self._wire
        stepped = [i for i in w.items.values() if i.id not in w.new_items]
        if stepped:
            await wire.many(SAVE_ITEM, [item_change(i) for i in stepped])
        if w.ended_sessions:
            await wire.many("UPDATE sessions SET ended_at = $1 WHERE id = $2", w.ended_sessions)
        if w.released:
            await wire.many("UPDATE reservations SET ended_at = $1 WHERE id = $2", w.released)

    async def _update(self) -> None:
        w, wire = self._writes, self._wire
        old = [i for i in w.interactions.values() if i.id not in w.new_interactions]
        if old:
            await wire.many(SAVE_INTERACTION, [interaction_change(i) for i in old])
        if w.served:
            await wire.many("UPDATE persons SET last_agent_id = $1 WHERE id = $2", w.served)
        if w.agents:
            await wire.many(SAVE_AGENT, [agent_change(a) for a in w.agents.values()])
            await wire.many(
                "INSERT INTO agent_log (tenant_id, agent_id, at, wish, pause_reason, present, reason)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                w.agent_log,
            )
