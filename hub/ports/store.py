"""The store: the only truth. Units of work that commit data and events together, and reads scoped by principal."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.agent import Agent, Media
from hub.domain.callback import Callback
from hub.domain.events import DeliveryChanged, Event
from hub.domain.ids import (
    InteractionId,
    PersonId,
    QueueId,
    ReservationId,
    SessionId,
    TenantId,
    TouchId,
    UserId,
    WorkItemId,
)
from hub.domain.interaction import Interaction, Session
from hub.domain.mail import TouchLetter
from hub.domain.notice import Notice
from hub.domain.outcome import Answer
from hub.domain.person import Identity, Person
from hub.domain.question import AskedQuestion
from hub.domain.queue import Queue
from hub.domain.reach import WayClosed
from hub.domain.reservation import Reservation
from hub.domain.segment import Segment
from hub.domain.touch import Delivery, InboundTouch, OutboundMessage, Touch
from hub.domain.work import WorkItem
from hub.ports.known import Known, OpenThread


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTouch:
    """A touch with what only the store keeps of it: the channel's id, the raw bytes and their hash."""

    touch: Touch
    external_id: str
    raw: bytes = b""
    body_sha256: str = ""
    letter: TouchLetter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedReply:
    """A reply this node may send now: nobody else does until `lease_until`. `epoch` must be named at the outcome."""

    message: OutboundMessage
    channel: str
    agent_id: UserId | None
    epoch: int
    queued_at: datetime


class UnitOfWork(Protocol):
    """One transaction of one tenant. Everything added is written, and told, when the block ends; an error
    leaves nothing. Rows loaded here are locked until then."""

    async def known(self, touches: Sequence[InboundTouch]) -> Known:
        """What is there already for these touches."""
        ...

    async def open_thread(self, account: str, thread: str) -> OpenThread | None:
        """The open session of that thread, its interaction locked."""
        ...

    async def work_items(self, ids: Sequence[WorkItemId]) -> dict[WorkItemId, WorkItem]:
        """The items that are there, locked."""
        ...

    async def open_item(self, interaction_id: InteractionId) -> WorkItem | None:
        """The pass of this interaction that is under way, locked."""
        ...

    async def interactions(self, ids: Sequence[InteractionId]) -> dict[InteractionId, Interaction]:
        """The interactions that are there, locked."""
        ...

    async def person(self, person_id: PersonId) -> Person:
        """The client of that id, not locked. Raises NotFound."""
        ...

    async def written_before(self, interaction_id: InteractionId, external_id: str) -> Touch | None:
        """The touch of that interaction under that external id."""
        ...

    async def open_sessions(self, interaction_id: InteractionId) -> list[Session]:
        """Sessions of the interaction that have not ended, newest first."""
        ...

    async def closed_places(self, interaction: Interaction) -> Mapping[SessionId, WayClosed]:
        """The open sessions of it in which no reply can be sent now, with the reason (hub/domain/reply_way.py)."""
        ...

    async def heard_at(self, account: str, thread: str) -> datetime | None:
        """When the client last wrote in that thread, over all its interactions."""
        ...

    async def reservations(self, ids: Sequence[ReservationId]) -> dict[ReservationId, Reservation]:
        """The reservations that are there."""
        ...

    async def open_reservations(self, item_id: WorkItemId) -> list[Reservation]:
        """Offers of this item that have not ended, and the accepted one while it is held."""
        ...

    async def agents(self, ids: Sequence[UserId]) -> dict[UserId, Agent]:
        """The agents that are there, locked."""
        ...

    async def agent_units(self, agent_id: UserId, *, besides: WorkItemId, media: Media | None = None) -> int:
        """Units of attention this agent's accepted work takes, all of it or that of one medium; `besides` left out."""
        ...

    async def queues(self) -> dict[QueueId, Queue]:
        """All queues of the tenant."""
        ...

    async def missed_since(self, agent_id: UserId, since: datetime) -> bool:
        """Whether a missed offer of this agent was counted after `since`."""
        ...

    def add_person(self, person: Person, names: Sequence[str]) -> None:
        """A new person, findable by `names`."""
        ...

    def add_identity(self, identity: Identity) -> None:
        """A new address of a person."""
        ...

    def add_claim(self, identity: Identity) -> None:
        """An address that a client says is theirs; it stays with whoever has it already."""
        ...

    async def add_callback(self, callback: Callback) -> None:
        """A promised call."""
        ...

    async def callback_of(self, interaction_id: InteractionId) -> Callback | None:
        """The call promised in this interaction, if any."""
        ...

    async def callback_queued(self, callback_id: str, at: datetime) -> bool:
        """The call is work of the line from `at` on. False: it was already."""
        ...

    def add_interaction(self, interaction: Interaction) -> None:
        """A new engagement."""
        ...

    def add_session(self, session: Session) -> None:
        """A new session."""
        ...

    def end_session(self, session_id: SessionId, at: datetime) -> None:
        """The session is over."""
        ...

    def add_touch(self, new: NewTouch) -> None:
        """A touch of either direction, or a note."""
        ...

    def add_question(self, asked: AskedQuestion) -> None:
        """The touch that it names asks this, with buttons."""
        ...

    def settle_question(self, touch_id: TouchId, answer: int | None, at: datetime) -> None:
        """That question stands no more; what it was answered with, if it stands yet."""
        ...

    def add_item(self, item: WorkItem) -> None:
        """A new pass through a queue."""
        ...

    def save_item(self, before: WorkItem, after: WorkItem) -> None:
        """The item took a step: writes it, and the segment that the step ended."""
        ...

    def add_segment(self, segment: Segment) -> None:
        """An interval that is no stage of a work item."""
        ...

    def note_served(self, person_id: PersonId, agent_id: UserId) -> None:
        """This agent was the last to serve that person."""
        ...

    def note_answers(self, interaction_id: InteractionId, answers: Mapping[str, Answer]) -> None:
        """What the form of the outcome was answered with."""
        ...

    def save_interaction(self, interaction: Interaction) -> None:
        """The interaction changed (its last_seq, its closing)."""
        ...

    def add_reservation(self, reservation: Reservation) -> None:
        """An offer."""
        ...

    async def settle(self, reservation: Reservation) -> bool:
        """Compare-and-set of an offer: from `offered` at its epoch to what `reservation` says. False: too late."""
        ...

    def release(self, reservation: Reservation, at: datetime) -> None:
        """The agent of an accepted reservation is done."""
        ...

    def save_agent(self, agent: Agent, reason: str) -> None:
        """The agent's wish or counters changed (`version` is the new one); kept in the agent's log under
        `reason`. The lease of the console is never written here: it has its own renewal."""
        ...

    def note_fact(self, event: Event, interaction: Interaction) -> Interaction:
        """Number `event` in its interaction's history; the interaction with the next number (save it)."""
        ...

    def emit(self, event: Event) -> None:
        """Tell others, after the commit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRows:
    """All that the router needs to begin. `silent`: who lost waiting work because they did not answer, and when."""

    queues: list[Queue]
    agents: list[Agent]
    items: list[WorkItem]
    offers: list[Reservation]
    silent: list[tuple[WorkItemId, UserId, datetime]] = field(default_factory=list)


class IntakeStore(Protocol):
    """What intake asks of the store."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work. Raises Unavailable when the store cannot commit now, Conflict (`raced`) when another
        node committed the same thing first: then decide again."""
        ...


class RoutingStore(Protocol):
    """What routing asks of the store."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work. Raises Unavailable when the store cannot commit now."""
        ...

    async def board_rows(self, tenant_id: TenantId) -> BoardRows:
        """Everything open, as committed."""
        ...

    async def due_offers(self, tenant_id: TenantId, now: datetime) -> list[Reservation]:
        """Offers past their deadline."""
        ...

    async def due_wrap_ups(self, tenant_id: TenantId, now: datetime) -> list[WorkItem]:
        """Wrap-ups past their end."""
        ...

    async def lost_agents(self, tenant_id: TenantId, now: datetime) -> list[Agent]:
        """Agents who hold offers or accepted work, or wish to be there, and whose presence lease has run out."""
        ...

    async def due_to_flow(
        self,
        tenant_id: TenantId,
        queue_id: QueueId,
        target_id: QueueId,
        *,
        before: datetime,
        behind: int,
        limit: int,
    ) -> list[WorkItem]:
        """Items that wait in the queue since `before` or longer, behind its first `behind`, and that have not
        flowed out of `target_id` before; in their order."""
        ...

    async def unanswered_while_closed(
        self, tenant_id: TenantId, queue_id: QueueId, *, limit: int
    ) -> list[WorkItem]:
        """Items that wait in the queue and whose clients were not told yet that it is closed."""
        ...

    async def held_by(self, tenant_id: TenantId, agent_ids: Sequence[UserId]) -> list[WorkItem]:
        """Items offered to, assigned to or wrapped up by these agents."""
        ...


class OutboxStore(Protocol):
    """What the relay asks of the store."""

    async def unsent(self, limit: int) -> list[tuple[int, bytes]]:
        """The oldest unsent rows: (id, payload). Rows another node is sending are passed over."""
        ...

    async def mark_sent(self, ids: Sequence[int]) -> None:
        """They need not be sent again."""
        ...

    async def committed(self) -> None:
        """Returns when something may have been committed since the last call."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRoom:
    """How many replies of each account may be taken now: `left[account]`, or `each` where it is not named."""

    each: int
    left: Mapping[str, int] = field(default_factory=dict)

    def of(self, account: str) -> int:
        """How many more of this account."""
        return self.left.get(account, self.each)


class SendingUnit(UnitOfWork, Protocol):
    """A unit of work in which a reply is found not to have arrived."""

    async def sessions_beside(self, touch_id: TouchId) -> list[Session]:
        """All sessions of the interaction of that touch, ended ones too: the one it went to first, then the newest."""
        ...

    async def last_seq(self, account: str, thread: str) -> int:
        """The newest number of that thread, over all its interactions; 0 where there is none."""
        ...

    def add_notice(self, notice: Notice) -> None:
        """A notice that nobody has read yet."""
        ...


NotReached = Callable[[SendingUnit, DeliveryChanged], Awaitable[None]]
"""What is done in the commit in which a reply that somebody wrote became `failed` or `uncertain`."""


class SendingStore(Protocol):
    """What the sender of replies asks of the store. Each `not_reached` is called for every reply that ends so."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[SendingUnit]:
        """A unit of work."""
        ...

    async def claim(
        self,
        channel: str,
        now: datetime,
        *,
        lease_s: float,
        limit: int,
        threads: Sequence[tuple[str, str]] | None = None,
        room: AccountRoom | None = None,
    ) -> list[ClaimedReply]:
        """Take queued replies that are due, oldest first and at most one per thread: committed as `sending`
        before this returns. `threads` ((account, thread)) restricts to clients this node holds, `room` how many of
        them each account may have: those of others are taken past it."""
        ...

    async def settle_reply(
        self,
        claimed: ClaimedReply,
        delivery: Delivery,
        *,
        now: datetime,
        detail: str = "",
        provider_id: str = "",
        retry_at: datetime | None = None,
        not_reached: NotReached | None = None,
    ) -> bool:
        """Record how the attempt ended. False when the claim is not ours any more (its epoch moved on)."""
        ...

    async def lapsed(
        self,
        now: datetime,
        *,
        repeatable: Sequence[str],
        not_reached: Mapping[str, NotReached] | None = None,
    ) -> int:
        """Attempts whose lease ran out: back to `queued` on channels that may repeat, else `uncertain`. How many.
        `not_reached` is by channel."""
        ...

    async def give_up(
        self, channel: str, *, queued_before: datetime, detail: str, not_reached: NotReached | None = None
    ) -> int:
        """Replies of this channel that are `queued` since before then become `failed`, with `detail`. How many.

        Nobody claims those of clients who never come back, and yet they must end."""
        ...
