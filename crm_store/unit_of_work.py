"""One transaction of one tenant: loads what a decision needs, collects what it changes, writes it in bulk.

Rows, facts and the outbox row go in together: one outbox row carries all events of a unit, encoded once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crm_store.changes import (
    ADD_HANDLE,
    SAVE_AGENT,
    SAVE_INTERACTION,
    SAVE_ITEM,
    agent_change,
    fact_row,
    handle_changes,
    interaction_change,
    item_change,
)
from crm_store.claims import add_claims
from crm_store.driver import Row, Wire
from crm_store.mapping import (
    identity_row,
    interaction_row,
    item_row,
    person_row,
    reservation_row,
    segment_row,
    session_row,
    text,
    touch_row,
    us,
)
from crm_store.person_index import index_persons
from crm_store.person_scope import hold_standing
from crm_store.question_mapping import SETTLE_QUESTION, question_row, settled
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
from crm_store.rows.rules import close_answers
from crm_store.rows.talk import mentions, planned_replies
from crm_store.rows.telegram import questions
from crm_store.text_search import index_texts, touch_text_row
from crm_store.unit_callbacks import UnitCallbacks
from crm_store.unit_calls import UnitCalls
from crm_store.unit_clocks import UnitClocks
from crm_store.unit_letters import UnitLetters
from crm_store.unit_reads import UnitReads
from crm_store.unit_starting import UnitStarting
from crm_store.unit_supervise import UnitSupervise
from crm_store.unit_talk import UnitTalk
from hub.domain.agent import Agent
from hub.domain.events import (
    Event,
)
from hub.domain.ids import (
    InteractionId,
    PersonId,
    QueueId,
    SessionId,
    TenantId,
    TouchId,
    UserId,
)
from hub.domain.interaction import Interaction, InteractionState, Session
from hub.domain.outcome import Answer
from hub.domain.person import Identity, IdentityKind, Person
from hub.domain.question import AskedQuestion
from hub.domain.queue import Queue
from hub.domain.reservation import Reservation
from hub.domain.segment import Segment
from hub.domain.values import changed
from hub.domain.work import WorkItem, is_other_interval, segment_ended_by
from hub.ports.store import NewTouch

Encode = Callable[[Sequence[Event]], bytes]

_TO_TELL = f"INSERT INTO {outbox.name} (payload) VALUES ($1)"


@dataclass(slots=True)
class _Writes:
    persons: list[Row] = field(default_factory=list)
    names: list[tuple[PersonId, Sequence[str]]] = field(default_factory=list)
    addresses: list[tuple[PersonId, IdentityKind, str]] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    identities: list[Row] = field(default_factory=list)
    claims: list[Identity] = field(default_factory=list)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    new_interactions: set[str] = field(default_factory=set)
    sessions: list[Row] = field(default_factory=list)
    touches: list[Row] = field(default_factory=list)
    items: dict[str, WorkItem] = field(default_factory=dict)
    new_items: set[str] = field(default_factory=set)
    reservations: list[Row] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    served: list[Row] = field(default_factory=list)
    agents: dict[str, Agent] = field(default_factory=dict)
    agent_log: list[Row] = field(default_factory=list)
    ended_sessions: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)
    released: list[Row] = field(default_factory=list)
    questions: list[Row] = field(default_factory=list)
    settled_questions: list[Row] = field(default_factory=list)


class Unit(UnitSupervise, UnitTalk, UnitCallbacks, UnitCalls, UnitLetters, UnitStarting, UnitClocks):
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
        UnitReads.__init__(self, wire, tenant_id, all_queues=all_queues)
        UnitSupervise.__init__(self)
        self._encode = encode
        self._at = at
        self._writes = _Writes()
        self._events: list[Event] = []
        self._named = []
        self._planned = []
        self._new_calls = []
        self._changed_calls = {}
        self._of_tasks = set()
        self._letters = None

    @property
    def wire(self) -> Wire:
        """The transaction itself, for tables of the store that have a file of their own."""
        return self._wire

    # — collecting ————————————————————————————————————————————————————————————————————————

    def add_person(self, person: Person, names: Sequence[str]) -> None:
        self._writes.persons.append(person_row(person))
        if any(names):
            self._writes.names.append((person.id, names))

    def add_identity(self, identity: Identity) -> None:
        self._writes.identities.append(identity_row(identity))
        self._writes.addresses.append((identity.person_id, identity.kind, identity.value))

    def add_claim(self, identity: Identity) -> None:
        self._writes.claims.append(identity)

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
        said = t.text if t.letter is None else f"{t.letter.subject}\n{t.text}"
        words = touch_text_row(t.tenant_id, t.id, t.interaction_id, t.at, said)
        if words is not None:
            self._writes.texts.append(words)
        if new.letter is not None:
            self._add_letter(t, new.letter)

    def add_question(self, asked: AskedQuestion) -> None:
        self._writes.questions.append(question_row(asked))

    def settle_question(self, touch_id: TouchId, answer: int | None, at: datetime) -> None:
        self._writes.settled_questions.append(settled(touch_id, self._tenant, answer, at))

    def add_item(self, item: WorkItem) -> None:
        self._writes.items[item.id] = item
        self._writes.new_items.add(item.id)

    def save_item(self, before: WorkItem, after: WorkItem) -> None:
        self._writes.items[after.id] = after
        if is_other_interval(before, after) and (segment := segment_ended_by(before, after)):
            self._writes.segments.append(segment)

    def add_segment(self, segment: Segment) -> None:
        self._writes.segments.append(segment)

    def note_served(self, person_id: PersonId, agent_id: UserId) -> None:
        self._writes.served.append((agent_id, person_id))

    def note_answers(self, interaction_id: InteractionId, answers: Mapping[str, Answer]) -> None:
        self._writes.answers.append((interaction_id, self._tenant, text(answers)))

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
        # a merge that was not there when they were looked up: nothing is hung on a record that no longer stands
        await hold_standing(wire, self._tenant, {one: one for one in self._hung_on()})
        await self._end()
        await self._flush_supervised()
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
            (questions, w.questions),
            (reservations, w.reservations),
            (segments, [segment_row(s) for s in w.segments]),
            (close_answers, w.answers),
            (facts, w.facts),
            (mentions, self._named),
            (planned_replies, self._planned),
        ):
            if rows:
                await wire.insert(table, rows)
        await self._update()
        await self._flush_calls()
        await self._flush_letters()
        if worked := handle_changes(w.segments):
            await wire.many(ADD_HANDLE, worked)
        if w.claims:
            await add_claims(wire, w.claims)
        if resumed := self._resumed():
            await self._end_snoozes(resumed)
        if closed := self._closed():
            await self._end_consults(closed, self._at)
        if w.texts:
            await index_texts(wire, w.texts)
        if w.names or w.addresses:
            await index_persons(wire, self._tenant, w.names, w.addresses)
        if self._events:
            await wire.many(_TO_TELL, [(self._encode(self._events),)])

    def _hung_on(self) -> set[PersonId]:
        """The persons who were there before and get something of their own."""
        w = self._writes
        begun = [i.person_id for i in w.interactions.values() if i.id in w.new_interactions]
        said = [*(one[0] for one in w.addresses), *(claim.person_id for claim in w.claims)]
        return {*begun, *said, *self._of_tasks} - {row[0] for row in w.persons}

    def _resumed(self) -> list[str]:
        """Interactions that have a pass again, or have ended."""
        w = self._writes
        passes = [w.items[i].interaction_id for i in w.new_items]
        return [i for i in {*passes, *self._closed()} if i not in w.new_interactions]

    def _closed(self) -> list[str]:
        return [i.id for i in self._writes.interactions.values() if i.state is InteractionState.CLOSED]

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
        if w.settled_questions:
            await wire.many(SETTLE_QUESTION, w.settled_questions)
        if w.served:
            await wire.many("UPDATE persons SET last_agent_id = $1 WHERE id = $2", w.served)
        if w.agents:
            await wire.many(SAVE_AGENT, [agent_change(a) for a in w.agents.values()])
            await wire.many(
                "INSERT INTO agent_log (tenant_id, agent_id, at, wish, pause_reason, present, reason)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                w.agent_log,
            )
