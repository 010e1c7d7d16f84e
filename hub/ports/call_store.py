"""What the keeper of calls asks of the store."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.domain.call import AgentPhone, Call
from hub.domain.ids import CallId, InteractionId, PersonId, TaskId, TenantId, UserId
from hub.domain.person import Confidence, Person
from hub.domain.work import WorkItem
from hub.ports.starting import StartUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackTask:
    """A call that nobody answered is to be returned, to `number`. `owner_id` is an agent, or the queue whose agents all
    see it. The same `request` again is the same task."""

    id: TaskId
    number: str
    owner_id: str
    person_id: PersonId
    interaction_id: InteractionId
    at: datetime
    request: str


class Reached(StrEnum):
    """Why nobody has to call back any more."""

    THEY_CALLED = "they_called"
    WE_CALLED = "we_called"
    WROTE = "wrote"
    """Work with them in writing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneHolder:
    """Somebody whose number this is, or who says so."""

    person: Person
    confidence: Confidence


class CallUnit(StartUnit, Protocol):
    """One transaction of one tenant that also knows calls; see UnitOfWork. Calls loaded here are locked.

    The interaction of a call is locked before the call, everywhere: nobody waits in a ring.
    """

    async def call(self, call_id: CallId) -> Call | None:
        """The call of that id."""
        ...

    async def call_on(self, account: str, thread: str) -> Call | None:
        """The call of that session."""
        ...

    async def call_asked_for(self, request: str) -> Call | None:
        """The call that was begun under this key."""
        ...

    async def call_going_on(self, interaction_id: InteractionId) -> Call | None:
        """The call of the interaction that is not over; the newest, should there be two."""
        ...

    async def call_with(self, agent_id: UserId) -> Call | None:
        """The call that this agent has, or whose phone rings for it."""
        ...

    async def holders_of(self, number: str) -> list[PhoneHolder]:
        """Whose number this is, or may be; the one who is known by it first."""
        ...

    def add_call(self, call: Call, *, request: str | None = None) -> None:
        """A new call; everybody is told. Raises Conflict (`raced`) at the end for a session or a key that has one."""
        ...

    def save_call(self, call: Call) -> None:
        """It came further. `heard_at` is never written here."""
        ...

    async def agent_phone(self, agent_id: UserId) -> AgentPhone | None:
        """Where the agent is reached, if they ever said."""
        ...

    async def put_agent_phone(self, phone: AgentPhone) -> None:
        """The agent is reached there from now on. Everybody is told."""
        ...

    async def add_call_back(self, task: CallBackTask) -> str | None:
        """Somebody is to be called back. A client has one such task: while it is open, a further missed call is added
        to it, and it stays whose it is. Whose it is now; None for a call that is in it already."""
        ...

    async def call_backs_done(
        self, person_id: PersonId, number: str, now: datetime, because: Reached, by: str
    ) -> Sequence[str]:
        """Whoever was to be called back has been reached: their open tasks of that kind are done by themselves, and
        the history of the card says why. `number` (or empty) finds those of a caller whom nobody knows. Whose they
        were."""
        ...


class CallStore(Protocol):
    """The store of calls."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[CallUnit]:
        """A unit of work. Raises Unavailable, Conflict (`raced`)."""
        ...

    async def find_call(self, tenant_id: TenantId, call_id: CallId) -> Call | None:
        """The call as committed, not locked."""
        ...

    async def call_in(self, tenant_id: TenantId, interaction_id: InteractionId) -> Call | None:
        """The call of that interaction that is not over."""
        ...

    async def calls_going_on(self, tenant_id: TenantId, *, node: str | None = None) -> list[Call]:
        """All that are not over, or those that `node` carries; the oldest first."""
        ...

    async def silent_calls(self, tenant_id: TenantId, heard_before: datetime) -> list[Call]:
        """Those that are not over and of which nothing was heard since then."""
        ...

    async def ownerless_calls(self, tenant_id: TenantId, came_before: datetime) -> list[WorkItem]:
        """Voice passes under way, from before that time, that no call and no promise to call stands behind."""
        ...

    async def heard(self, tenant_id: TenantId, node: str, call_ids: Sequence[CallId], at: datetime) -> None:
        """The hub `node` still carries these."""
        ...

    async def phone(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone | None:
        """Where the agent is reached, if they ever said."""
        ...

    async def ready_phones(self, tenant_id: TenantId) -> list[UserId]:
        """Agents whose phone counts as ready though nothing but a registration could make it so."""
        ...

    async def phones_at_addresses(self, tenant_id: TenantId) -> list[UserId]:
        """Agents who are reached at a number, which a trunk leads to, or at a SIP address."""
        ...

    async def place_in_line(self, tenant_id: TenantId, interaction_id: InteractionId) -> int | None:
        """The place of the interaction's pass in the line of its queue, from 1; None when it does not wait."""
        ...
