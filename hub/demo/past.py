"""What the demo's clients wrote in the weeks before: closed interactions, told in the steps that real ones
take."""

import hashlib
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.demo.people import Client
from hub.domain.agent import Agent, Media
from hub.domain.ids import (
    DEFAULT_TENANT,
    InteractionId,
    ReservationId,
    SessionId,
    TouchId,
    UserId,
    WorkItemId,
)
from hub.domain.interaction import Disposition, Interaction, InteractionState, Session
from hub.domain.person import TIER_PRIORITY
from hub.domain.queue import Queue
from hub.domain.reservation import Reservation, ReservationState, Why
from hub.domain.segment import Segment
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from hub.domain.work import WorkItem, WorkState, segment_ended_by, urgent_at
from hub.ids import new_id
from hub.ports.store import NewTouch
from hub.simulator.scripts import Line, Script

CHANNEL = "webchat"

_NOTES = {
    "en": "Call back as agreed in the chat.",
    "ru": "Перезвонить, как договорились в чате.",
    "tr": "Sohbette anlaşıldığı gibi geri aranacak.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of an interaction's history that is no touch."""

    seq: int
    at: datetime
    kind: str
    item: WorkItem | None
    state: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Past:
    """One closed interaction and everything that belongs to it."""

    interaction: Interaction
    session: Session
    item: WorkItem
    touches: list[NewTouch] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    reservation: Reservation | None = None

    def note(self, at: datetime, kind: str, state: str, reason: str, *, about_work: bool = True) -> None:
        """Add a fact under the next number."""
        item = self.item if about_work else None
        self.facts.append(Fact(seq=self._next(), at=at, kind=kind, item=item, state=state, reason=reason))

    def step(self, to: WorkState, at: datetime, **given: object) -> None:
        """Let the work take a step, and keep the segment that it ends."""
        after = self.item.stepped(to, at, **given)  # type: ignore[arg-type] # as `stepped` takes them
        if segment := segment_ended_by(self.item, after):
            self.segments.append(segment)
        self.item = after

    def write(self, line: Line, at: datetime, author: UserId) -> None:
        """Add a message of either side."""
        touch = Touch(
            id=TouchId(new_id()),
            tenant_id=DEFAULT_TENANT,
            interaction_id=self.interaction.id,
            session_id=self.session.id,
            person_id=self.interaction.person_id,
            seq=self._next(),
            channel=CHANNEL,
            account=self.session.account,
            direction=Direction.INBOUND if line.by_client else Direction.OUTBOUND,
            kind=TouchKind.MESSAGE,
            at=at,
            text=line.text,
            author_id=None if line.by_client else author,
            delivery=Delivery.RECEIVED if line.by_client else Delivery.DELIVERED,
        )
        external_id = f"{self.session.thread}:{touch.id}" if line.by_client else touch.id
        digest = hashlib.sha256(line.text.encode()).hexdigest() if line.by_client else ""
        self.touches.append(NewTouch(touch=touch, external_id=external_id, body_sha256=digest))

    def _next(self) -> int:
        self.interaction = replace(self.interaction, last_seq=self.interaction.last_seq + 1)
        return self.interaction.last_seq


def when_they_came(rng: random.Random, now: datetime, *, earlier: int, today: int) -> list[datetime]:
    """When past interactions began: on working hours of the last six weeks, and some earlier today; right after
    midnight these came in the evening before."""
    moments = [
        (now - timedelta(days=1 + int(44 * rng.random() ** 1.6))).replace(
            hour=rng.randint(9, 18), minute=rng.randint(0, 59), second=rng.randint(0, 59), microsecond=0
        )
        for _ in range(earlier)
    ]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    latest = now - timedelta(minutes=15)
    begin = now - timedelta(hours=6)
    if midnight < latest:
        begin = max(midnight, begin)
    moments += [begin + rng.random() * (latest - begin) for _ in range(today)]
    return sorted(moments)


def past_interaction(
    rng: random.Random, client: Client, script: Script, queue: Queue, site: str, agent: Agent, at: datetime
) -> Past:
    """One interaction that began at `at`. One client in seven left before anybody came."""
    past = _opened(client, script, queue, site, at)
    waited = timedelta(seconds=min(2 + rng.lognormvariate(2.4, 0.9), 240))
    opening = script.lines[0]
    past.write(opening, at, agent.id)
    past.note(at, "work_stepped", "queued", "new")
    if rng.random() < 1 / 7:
        _left(past, at + waited)
    else:
        _served(rng, past, script, queue, agent, at + waited)
    return past


def _opened(client: Client, script: Script, queue: Queue, site: str, at: datetime) -> Past:
    interaction_id = InteractionId(new_id())
    priority = queue.priority + TIER_PRIORITY[client.person.tier]
    past = Past(
        interaction=Interaction(
            id=interaction_id,
            tenant_id=DEFAULT_TENANT,
            person_id=client.person.id,
            channel=CHANNEL,
            queue_id=queue.id,
            language=script.language,
            state=InteractionState.OPEN,
            opened_at=at,
        ),
        session=Session(
            id=SessionId(new_id()),
            tenant_id=DEFAULT_TENANT,
            interaction_id=interaction_id,
            channel=CHANNEL,
            account=f"{CHANNEL}:{site}",
            thread=client.visitor,
            address=client.visitor,
            started_at=at,
        ),
        item=WorkItem(
            id=WorkItemId(new_id()),
            tenant_id=DEFAULT_TENANT,
            interaction_id=interaction_id,
            person_id=client.person.id,
            queue_id=queue.id,
            channel=CHANNEL,
            media=Media.CHAT,
            language=script.language,
            skills=queue.required_skills(script.language),
            priority=priority,
            state=WorkState.QUEUED,
            first_queued_at=at,
            queued_at=at,
            urgent_at=urgent_at(at, priority),
            state_at=at,
            received_at=at,
        ),
    )
    past.note(at, "interaction_opened", "open", CHANNEL, about_work=False)
    return past


def _left(past: Past, at: datetime) -> None:
    past.step(WorkState.ABANDONED, at)
    past.note(at, "work_stepped", "abandoned", "client_left")
    _close(past, at, None, None)


def _served(
    rng: random.Random, past: Past, script: Script, queue: Queue, agent: Agent, offered_at: datetime
) -> None:
    weight = agent.capacity.weight(Media.CHAT)
    ends_at = offered_at + timedelta(seconds=queue.offer_s)
    past.step(WorkState.OFFERED, offered_at, agent_id=agent.id, deadline_at=ends_at, weight=weight)
    at = offered_at + timedelta(seconds=rng.uniform(1.5, 9))
    offer = _offer(past.item, agent, offered_at, ends_at)
    past.step(WorkState.ASSIGNED, at, agent_id=agent.id, weight=weight)
    past.note(at, "reservation_ended", "assigned", "accepted")
    for line in script.lines[1:]:
        at += timedelta(seconds=rng.uniform(4, 12) + len(line.text) / (8 if line.by_client else 12))
        past.write(line, at, agent.id)
    at += timedelta(seconds=rng.uniform(3, 20))
    past.step(WorkState.WRAP_UP, at, deadline_at=at + timedelta(seconds=queue.wrap_up_s))
    past.note(at, "work_stepped", "wrap_up", "closed")
    note = _NOTES[script.language] if script.outcome == "callback" else ""
    _close(past, at, agent.id, Disposition(code=script.outcome, note=note))
    done_at = at + timedelta(seconds=rng.uniform(4, queue.wrap_up_s))
    past.step(WorkState.COMPLETED, done_at)
    past.note(done_at, "work_stepped", "completed", "done")
    past.interaction = replace(past.interaction, last_agent_id=agent.id)
    past.reservation = replace(
        offer.stepped(ReservationState.ACCEPTED, past.item.answered_at or at), ended_at=done_at
    )


def _offer(item: WorkItem, agent: Agent, at: datetime, ends_at: datetime) -> Reservation:
    why = Why(
        reason="longest_idle",
        chosen=agent.name,
        idle_s=60.0,
        considered=3,
        could=3,
        text=f"{agent.name} had waited longest for work.",
    )
    return Reservation(
        id=ReservationId(new_id()),
        tenant_id=DEFAULT_TENANT,
        work_item_id=item.id,
        interaction_id=item.interaction_id,
        queue_id=item.queue_id,
        agent_id=agent.id,
        state=ReservationState.OFFERED,
        epoch=item.epoch,
        offered_at=at,
        expires_at=ends_at,
        why=why,
    )


def _close(past: Past, at: datetime, by: UserId | None, outcome: Disposition | None) -> None:
    past.session = replace(past.session, ended_at=at)
    past.interaction = replace(
        past.interaction,
        state=InteractionState.CLOSED,
        closed_at=at,
        closed_by=by,
        disposition=outcome,
        version=past.interaction.version + 1,
    )
    past.note(at, "interaction_closed", "closed", outcome.code if outcome else "", about_work=False)
