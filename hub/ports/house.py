"""What administering the floor asks of the store. Every change carries its line of the audit log, in one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hub.domain.agent import Agent
from hub.domain.audit import AuditDraft
from hub.domain.hours import Calendar, CalendarId
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.outcome import Outcome, PauseReason
from hub.domain.queue import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the staffing matrix that somebody changed: what it was for them, and what it shall be.

    `what` is `skill` (level, 0: none), `capacity` (of a medium) or `queue` (1: serves it); `key` says which.
    """

    agent_id: UserId
    what: str
    key: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """The agents, and every skill that the house has named, an agent has or a queue asks for."""

    agents: Sequence[Agent]
    skills: Sequence[str]
    queues: Sequence[Queue]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueUses:
    """How much is in each queue now, how many sites write into it, and the names of the accounts of mail and of the
    bots of Telegram that lead there, by their own queue or by a rule or button."""

    waiting: Mapping[QueueId, int] = field(default_factory=dict)
    sites: Mapping[QueueId, int] = field(default_factory=dict)
    mail_accounts: Mapping[QueueId, tuple[str, ...]] = field(default_factory=dict)
    telegram_bots: Mapping[QueueId, tuple[str, ...]] = field(default_factory=dict)


class HouseStore(Protocol):
    """Off the touch path: clear rather than fast. Raises Unavailable when the store fails for now."""

    async def queues(self, tenant_id: TenantId) -> list[Queue]:
        """All queues, retired ones too, by name."""
        ...

    async def queue_uses(self, tenant_id: TenantId) -> QueueUses:
        """What speaks against retiring a queue."""
        ...

    async def save_queue(self, queue: Queue, draft: AuditDraft) -> None:
        """Add a queue (version 1), or change the one whose version is one less; waiting work follows its skills
        and its priority, and the router is told. Raises Conflict `changed_meanwhile` or `name_taken`."""
        ...

    async def staffing(self, tenant_id: TenantId) -> Staffing:
        """The matrix."""
        ...

    async def change_staffing(self, tenant_id: TenantId, cells: Sequence[Cell], draft: AuditDraft) -> None:
        """All of the cells or none. Raises Conflict `changed_meanwhile` when a cell is neither as it was before
        nor as it shall be, NotFound for an agent who is not there."""
        ...

    async def add_skill(self, tenant_id: TenantId, name: str, draft: AuditDraft) -> None:
        """Raises Conflict `skill_exists`."""
        ...

    async def rename_skill(self, tenant_id: TenantId, name: str, to: str, draft: AuditDraft) -> None:
        """In the list, with agents, and in queues; an empty `to` takes it away everywhere.

        Raises NotFound, Conflict `skill_exists` for a name that is taken."""
        ...

    async def calendars(self, tenant_id: TenantId) -> list[Calendar]:
        """All calendars, by name."""
        ...

    async def save_calendar(self, calendar: Calendar, draft: AuditDraft) -> None:
        """Add a calendar (version 1), or change the one whose version is one less. Raises Conflict
        `changed_meanwhile` or `name_taken`."""
        ...

    async def remove_calendar(
        self, tenant_id: TenantId, calendar_id: CalendarId, version: int, draft: AuditDraft
    ) -> None:
        """Raises Conflict `changed_meanwhile` when its version is another by now."""
        ...

    async def outcomes(self, tenant_id: TenantId) -> list[Outcome]:
        """In the order of the house, retired ones too."""
        ...

    async def used_outcomes(self, tenant_id: TenantId, codes: Sequence[str]) -> frozenset[str]:
        """Those of the codes that the history names."""
        ...

    async def save_outcomes(
        self, tenant_id: TenantId, outcomes: Sequence[Outcome], seen: Sequence[Outcome], draft: AuditDraft
    ) -> None:
        """Set them all. Raises Conflict `changed_meanwhile` when they are not as `seen` any more."""
        ...

    async def pauses(self, tenant_id: TenantId) -> list[PauseReason]:
        """In the order of the house, retired ones too; the usual ones while none was named."""
        ...

    async def save_pauses(
        self,
        tenant_id: TenantId,
        pauses: Sequence[PauseReason],
        seen: Sequence[PauseReason],
        draft: AuditDraft,
    ) -> None:
        """Set them all. Raises Conflict `changed_meanwhile` when they are not as `seen` any more."""
        ...
