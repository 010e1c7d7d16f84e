"""The half of a unit of work that supervision needs: notices, consults, people who take work over, the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from crm_store.audited import audited
from crm_store.driver import Row
from crm_store.floor_mapping import agent_of, agent_row
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, columns, us
from crm_store.open_work import WAITING
from crm_store.rows.floor import agents
from crm_store.rows.supervise import consults, notices
from crm_store.unit_reads import UnitReads
from hub.domain.agent import Agent
from hub.domain.audit import AuditDraft
from hub.domain.consult import Consult
from hub.domain.events import ConsultChanged, Event
from hub.domain.ids import ConsultId, InteractionId, NoticeId, QueueId, UserId
from hub.domain.notice import Notice, NoticeKind

MISSES = ("missed_offer", "missed_offers")
"""Reasons in an agent's log that stand for one counted miss."""

_CONSULT = columns(consults)
_NOTICE = columns(notices)
_OUTLIVED = (
    "UPDATE consults SET ended_at = $1, reason = 'closed' WHERE tenant_id = $2 AND interaction_id = ANY($3)"
    f" AND ended_at IS NULL RETURNING {_CONSULT}"
)


def notice_of(r: Row) -> Notice:
    """The notice of a row of `notices`."""
    return Notice(
        id=r[0],
        tenant_id=r[1],
        user_id=r[2],
        kind=NoticeKind(r[3]),
        by_id=r[4],
        by=r[5],
        detail=r[6],
        text=r[7],
        interaction_id=r[8],
        at=from_us(r[9]),
        read_at=at(r[10]),
    )


def notice_row(n: Notice) -> Row:
    """The row of `notices` of a notice."""
    return (
        n.id,
        n.tenant_id,
        n.user_id,
        n.kind.value,
        n.by_id,
        n.by,
        n.detail,
        n.text,
        n.interaction_id,
        to_us(n.at),
        us(n.read_at),
    )


def consult_of(r: Row) -> Consult:
    """The consult of a row of `consults`."""
    return Consult(
        id=r[0],
        tenant_id=r[1],
        interaction_id=r[2],
        asked_by=r[3],
        asked_by_name=r[4],
        colleague_id=r[5],
        colleague_name=r[6],
        question=r[7],
        started_at=from_us(r[8]),
        ended_at=at(r[9]),
        reason=r[10],
    )


@dataclass(slots=True)
class _SuperviseWrites:
    agents: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    read: list[Row] = field(default_factory=list)
    consults: list[Row] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    audits: list[AuditDraft] = field(default_factory=list)


class UnitSupervise(UnitReads):
    """See hub/ports/supervise.py."""

    if TYPE_CHECKING:

        def emit(self, event: Event) -> None:
            """See UnitOfWork."""

    def __init__(self) -> None:
        self._supervised = _SuperviseWrites()

    async def missed_since(self, agent_id: UserId, since: datetime) -> bool:
        """Whether a missed offer of this agent was counted after `since`."""
        rows = await self._wire.fetch(
            "SELECT 1 FROM agent_log WHERE tenant_id = $1 AND agent_id = $2 AND at > $3 AND reason = ANY($4) LIMIT 1",
            self._tenant,
            agent_id,
            to_us(since),
            list(MISSES),
        )
        return bool(rows)

    async def front_of(self, queue_id: QueueId) -> datetime | None:
        """How urgent the first in line of the queue is; None for an empty line."""
        rows = await self._wire.fetch(
            "SELECT MIN(urgent_at) FROM work_items WHERE tenant_id = $1 AND /*+*/queue_id = $2"
            f" AND {WAITING}",
            self._tenant,
            queue_id,
        )
        return at(rows[0][0])

    async def agents_of(self, queue_id: QueueId) -> list[Agent]:
        """Who serves the queue."""
        rows = await self._wire.fetch(
            f"SELECT {columns(agents)} FROM agents WHERE tenant_id = $1 ORDER BY name", self._tenant
        )
        return [agent for agent in map(agent_of, rows) if queue_id in agent.queues]

    async def notice(self, notice_id: NoticeId) -> Notice | None:
        """The notice of that id, locked."""
        rows = await self._wire.fetch(
            f"SELECT {_NOTICE} FROM notices WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
            self._tenant,
            notice_id,
        )
        return notice_of(rows[0]) if rows else None

    async def consult(self, consult_id: ConsultId) -> Consult | None:
        """The consult of that id, locked."""
        rows = await self._wire.fetch(
            f"SELECT {_CONSULT} FROM consults WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
            self._tenant,
            consult_id,
        )
        return consult_of(rows[0]) if rows else None

    async def open_consults(self, interaction_id: InteractionId) -> Sequence[Consult]:
        """Who is being asked within this interaction."""
        rows = await self._wire.fetch(
            f"SELECT {_CONSULT} FROM consults WHERE tenant_id = $1 AND interaction_id = $2 AND ended_at IS NULL"
            " ORDER BY started_at, id",
            self._tenant,
            interaction_id,
        )
        return [consult_of(r) for r in rows]

    def add_agent(self, agent: Agent) -> None:
        """A person who serves from now on."""
        self._supervised.agents.append(agent_row(agent))

    def add_notice(self, notice: Notice) -> None:
        """A notice that nobody has read yet."""
        self._supervised.notices.append(notice_row(notice))

    def mark_notice_read(self, notice_id: NoticeId, read_at: datetime) -> None:
        """It was read."""
        self._supervised.read.append((to_us(read_at), notice_id))

    def add_consult(self, consult: Consult) -> None:
        """A question to a colleague."""
        c = consult
        self._supervised.consults.append(
            (
                c.id,
                c.tenant_id,
                c.interaction_id,
                c.asked_by,
                c.asked_by_name,
                c.colleague_id,
                c.colleague_name,
                c.question,
                to_us(c.started_at),
                us(c.ended_at),
                c.reason,
            )
        )

    def end_consult(self, consult: Consult) -> None:
        """It is over."""
        self._supervised.ended.append((us(consult.ended_at), consult.reason, consult.id))

    async def _end_consults(self, interaction_ids: Sequence[str], now: datetime) -> None:
        """Whoever closed them, and however: nobody is asked about a conversation that is over."""
        for row in await self._wire.fetch(_OUTLIVED, to_us(now), self._tenant, list(interaction_ids)):
            self.emit(ConsultChanged(tenant_id=self._tenant, consult=consult_of(row)))

    def audit(self, draft: AuditDraft) -> None:
        """A line of the audit log, committed with what it speaks of."""
        self._supervised.audits.append(draft)

    async def _flush_supervised(self) -> None:
        w, wire = self._supervised, self._wire
        for table, rows in ((agents, w.agents), (notices, w.notices)):
            if rows:
                await wire.insert(table, rows)
        if w.ended:
            await wire.many("UPDATE consults SET ended_at = $1, reason = $2 WHERE id = $3", w.ended)
        if w.consults:
            await wire.insert(consults, w.consults)
        if w.read:
            await wire.many("UPDATE notices SET read_at = $1 WHERE id = $2", w.read)
        for draft in w.audits:
            await audited(wire, draft)
