"""What supervision asks of the store: a unit of work that also knows notices, consults and the audit log."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from hub.domain.agent import Agent
from hub.domain.alarm import Alarm, AlarmRules
from hub.domain.audit import AuditDraft
from hub.domain.consult import Consult
from hub.domain.ids import AlarmId, ConsultId, InteractionId, NoticeId, QueueId, TenantId, UserId
from hub.domain.notice import Notice
from hub.ports.store import UnitOfWork


class SuperviseUnit(UnitOfWork, Protocol):
    """One transaction of one tenant; see UnitOfWork."""

    async def front_of(self, queue_id: QueueId) -> datetime | None:
        """How urgent the first in line of the queue is; None for an empty line."""
        ...

    async def agents_of(self, queue_id: QueueId) -> list[Agent]:
        """Who serves the queue."""
        ...

    async def notice(self, notice_id: NoticeId) -> Notice | None:
        """The notice of that id, locked."""
        ...

    async def consult(self, consult_id: ConsultId) -> Consult | None:
        """The consult of that id, locked."""
        ...

    async def open_consults(self, interaction_id: InteractionId) -> Sequence[Consult]:
        """Who is being asked within this interaction."""
        ...

    def add_agent(self, agent: Agent) -> None:
        """A person who serves from now on."""
        ...

    def add_notice(self, notice: Notice) -> None:
        """A notice that nobody has read yet."""
        ...

    def mark_notice_read(self, notice_id: NoticeId, read_at: datetime) -> None:
        """It was read."""
        ...

    def add_consult(self, consult: Consult) -> None:
        """A question to a colleague."""
        ...

    def end_consult(self, consult: Consult) -> None:
        """It is over."""
        ...

    def audit(self, draft: AuditDraft) -> None:
        """A line of the audit log, committed with what it speaks of."""
        ...


class SuperviseStore(Protocol):
    """Units of work, and the lease of a console."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[SuperviseUnit]:
        """A unit of work."""
        ...

    async def renew_presence(
        self, tenant_id: TenantId, agent_ids: Sequence[UserId], until: datetime, now: datetime
    ) -> None:
        """The consoles of these people were heard."""
        ...


class AlarmStore(Protocol):
    """Alarms and their thresholds. What changes is told as an event, after the commit."""

    async def rules(self, tenant_id: TenantId) -> dict[QueueId, AlarmRules]:
        """The thresholds that somebody set."""
        ...

    async def put_rules(self, rules: AlarmRules, draft: AuditDraft) -> AlarmRules:
        """Set them; `version` is the one that was seen. Raises Conflict (`changed_meanwhile`), NotFound."""
        ...

    async def open_alarms(self, tenant_id: TenantId) -> list[Alarm]:
        """Alarms that have not ended, the oldest first."""
        ...

    async def raise_alarm(self, alarm: Alarm) -> bool:
        """False when the queue has an open one of that kind already."""
        ...

    async def end_alarm(self, tenant_id: TenantId, alarm_id: AlarmId, at: datetime) -> None:
        """Its reason is gone."""
        ...

    async def acknowledge(
        self, tenant_id: TenantId, queues: frozenset[QueueId], alarm_id: AlarmId, by: UserId, name: str
    ) -> Alarm:
        """Somebody looks after it; the second one changes nothing. Raises NotFound beyond these queues."""
        ...

    async def history(
        self, tenant_id: TenantId, queues: Sequence[QueueId], *, after: str, limit: int
    ) -> tuple[list[Alarm], str | None]:
        """Alarms of these queues, the newest first, and where the next page begins. Raises Invalid (`after`)."""
        ...
