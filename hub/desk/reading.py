"""What screens ask of the store. Every question takes the principal and answers no further than their scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.desk.found import (
    AgentPage,
    Explained,
    InteractionPage,
    InteractionView,
    PersonPage,
    PersonView,
    QueuePage,
    TimelinePage,
    TouchPage,
)
from hub.desk.views import (
    CallView,
    ConsultView,
    DispositionView,
    MeView,
    NoticeView,
    QueueLineView,
    TaskView,
    WaitingView,
    WorkView,
)
from hub.domain.access import Principal
from hub.domain.card import ClientCard
from hub.domain.ids import (
    CallId,
    ConsultId,
    InteractionId,
    PersonId,
    QueueId,
    TenantId,
    TouchId,
    UserId,
    WorkItemId,
)
from hub.domain.outcome import PauseReason
from hub.domain.reservation import Reservation
from hub.domain.touch import Attachment
from hub.domain.work import WorkItem


class CallReads(Protocol):
    """What screens of calls are made of."""

    async def calls(self, tenant_id: TenantId, ids: Sequence[CallId]) -> dict[CallId, CallView]:
        """These calls, over or not."""
        ...

    async def calls_now(self, principal: Principal) -> tuple[CallView, ...]:
        """Calls that go on in the queues that the principal supervises, the oldest first. Raises Forbidden."""
        ...

    async def calls_of(self, principal: Principal, interaction_id: InteractionId) -> tuple[CallView, ...]:
        """All calls of an interaction, over or not, the oldest first. Raises NotFound out of reach."""
        ...


class LiveReads(Protocol):
    """What the live desk is made of. In batches: one question a table, whatever the number of agents."""

    async def agents_now(self, tenant_id: TenantId, ids: Sequence[UserId]) -> dict[UserId, MeView]:
        """What these agents are and do now (roles and login are the caller's to fill in)."""
        ...

    async def work_rows(
        self, tenant_id: TenantId, ids: Sequence[WorkItemId]
    ) -> dict[WorkItemId, tuple[UserId, WorkView]]:
        """Rows of Work lists, with whose they are; only assigned or wrapping up ones."""
        ...

    async def held(self, tenant_id: TenantId, agent_id: UserId) -> list[WorkItemId]:
        """What this agent has in hand."""
        ...

    async def offers_to(self, tenant_id: TenantId, agent_id: UserId) -> list[tuple[Reservation, WorkItem]]:
        """Offers open now."""
        ...

    async def cards(self, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, ClientCard]:
        """The cards of these persons."""
        ...

    async def seers(
        self, tenant_id: TenantId, ids: Sequence[PersonId], looking: Sequence[Principal]
    ) -> dict[PersonId, set[UserId]]:
        """Who sees the cards of these persons now: who has work of theirs, is offered it or laid it aside, and
        those of `looking` who may read them."""
        ...

    async def work_in(self, tenant_id: TenantId, ids: Sequence[InteractionId]) -> list[WorkItemId]:
        """The open passes of these interactions."""
        ...

    async def calls(self, tenant_id: TenantId, ids: Sequence[CallId]) -> dict[CallId, CallView]:
        """These calls, over or not."""
        ...

    async def promised(self, tenant_id: TenantId, items: Sequence[WorkItem]) -> dict[InteractionId, str]:
        """Which of this voice work is a promise to call, and at which number: nobody is on the line."""
        ...

    async def calls_with(self, tenant_id: TenantId, agent_id: UserId) -> tuple[CallView, ...]:
        """Calls that this agent has, or whose phone rings for them."""
        ...

    async def open_tasks(self, tenant_id: TenantId, ids: Sequence[UserId]) -> dict[UserId, list[TaskView]]:
        """What these users have to do, by due time: the first 50 of each."""
        ...

    async def queue_lines(self, tenant_id: TenantId) -> dict[QueueId, QueueLineView]:
        """How every queue stands."""
        ...

    async def waiting(self, tenant_id: TenantId, limit_each: int) -> dict[QueueId, list[WaitingView]]:
        """The front of every line, most urgent first."""
        ...

    async def dispositions(self, tenant_id: TenantId) -> tuple[DispositionView, ...]:
        """The outcomes of the house, in their order, retired ones too."""
        ...

    async def pauses(self, tenant_id: TenantId) -> tuple[PauseReason, ...]:
        """The reasons for a pause that may be chosen, in their order."""
        ...

    async def notices(self, tenant_id: TenantId, user_id: UserId) -> tuple[NoticeView, ...]:
        """Notices this user has not read, the oldest first."""
        ...

    async def consults(self, tenant_id: TenantId, user_id: UserId) -> tuple[ConsultView, ...]:
        """Consults under way in which this user asks or is asked, the oldest first."""
        ...

    async def consult(self, tenant_id: TenantId, consult_id: ConsultId) -> ConsultView | None:
        """That consult, ended or not."""
        ...


class Lookups(Protocol):
    """What people look up. "Not there" and "not yours" raise the same NotFound."""

    async def interactions(
        self,
        principal: Principal,
        *,
        state: str,
        queue_id: str,
        agent_id: str,
        person_id: str,
        channel: str,
        q: str,
        after: str,
        limit: int,
    ) -> InteractionPage:
        """Newest first; empty filters do not filter; `q` searches the texts."""
        ...

    async def interaction(self, principal: Principal, interaction_id: InteractionId) -> InteractionView:
        """One."""
        ...

    async def touches(
        self, principal: Principal, interaction_id: InteractionId, *, after: int, limit: int
    ) -> TouchPage:
        """In the order of seq, above `after`."""
        ...

    async def attachment(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId, sha256: str
    ) -> Attachment:
        """A file of a touch of that interaction. Raises NotFound."""
        ...

    async def explained(self, principal: Principal, interaction_id: InteractionId) -> Explained:
        """What the router did with it, and its segments."""
        ...

    async def persons(self, principal: Principal, q: str, limit: int) -> PersonPage:
        """Persons by name (folded, a typo forgiven), phone or address."""
        ...

    async def person(self, principal: Principal, person_id: PersonId) -> PersonView:
        """One."""
        ...

    async def timeline(
        self, principal: Principal, person_id: PersonId, *, after: str, limit: int
    ) -> TimelinePage:
        """All touches and facts of a person over all interactions, newest first."""
        ...

    async def card(self, principal: Principal, interaction_id: InteractionId) -> ClientCard:
        """The card of the interaction's person."""
        ...

    async def client(self, principal: Principal, person_id: PersonId) -> ClientCard:
        """The card of a person. A record that was merged into another one has that one's."""
        ...

    async def may_edit(self, principal: Principal, person_id: PersonId) -> bool:
        """Whether the card of this person is within the reach of the principal's edits."""
        ...

    async def queues(self, principal: Principal) -> QueuePage:
        """Queues in scope."""
        ...

    async def agents(self, principal: Principal) -> AgentPage:
        """Agents in scope: those who share a queue, or all."""
        ...

    async def mark_read(self, principal: Principal, interaction_id: InteractionId, seq: int) -> None:
        """Everything up to `seq` was read by this user."""
        ...


class PresenceStore(Protocol):
    """Renewing the leases of consoles."""

    async def renew_presence(
        self, tenant_id: TenantId, agent_ids: Sequence[UserId], until: datetime, now: datetime
    ) -> None:
        """The consoles of these agents were heard."""
        ...

    async def end_presence(self, tenant_id: TenantId, agent_id: UserId, now: datetime) -> None:
        """The agent's last console closed on purpose."""
        ...
