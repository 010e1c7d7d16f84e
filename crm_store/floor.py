"""The floor in the store: queues, agents and their skills, outcomes."""

from collections.abc import Sequence

from crm_store.floor_mapping import agent_of, agent_row
from crm_store.live import NOTHING_HELD, holdings_of
from crm_store.mapping import columns
from crm_store.open_work import WAITING
from crm_store.outcome_rows import put_outcomes
from crm_store.queue_reads import queues_of
from crm_store.queue_writes import put_queue
from crm_store.rows.floor import agents
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.desk.found import AgentPage, AgentView, QueuePage, QueueView
from hub.desk.views import DispositionView, outcome_of
from hub.domain.access import Permission, Principal, Scope
from hub.domain.agent import FULL, Agent
from hub.domain.events import AgentChanged, QueueChanged
from hub.domain.ids import TenantId, UserId
from hub.domain.presence import agent_state
from hub.domain.queue import Queue
from hub.ports.clock import Clock

_KEPT = {
    "id",
    "wish",
    "pause_reason",
    "wish_since",
    "presence_until",
    "idle_since",
    "missed_offers",
    "version",
    "phone_ready",
}
_SET_AGENT = ", ".join(f"{c.name} = excluded.{c.name}" for c in agents.columns if c.name not in _KEPT)


class FloorStore:
    """Rules and people of the floor: what administrators change, and the lists people see of them."""

    def __init__(self, store: Store, clock: Clock, *, encode: Encode) -> None:
        self._store = store
        self._clock = clock
        self._encode = encode

    async def put_queue(self, queue: Queue) -> None:
        """Add a queue, or change its rules; the router is told."""
        async with self._store.database.transaction() as wire:
            await put_queue(wire, queue)
            changed = QueueChanged(tenant_id=queue.tenant_id, queue_id=queue.id)
            await self._store.add_events(wire, self._encode([changed]))
        self._store.forget_queues()
        self._store.wake()

    async def put_agent(self, agent: Agent) -> None:
        """Add an agent, or change name, skills, capacity and queues; what the agent is doing stays as it is.

        An agent who is there has the next version then, whatever `agent` says: leases are renewed meanwhile.
        """
        async with self._store.database.transaction() as wire:
            marks = ", ".join(f"${n + 1}" for n in range(len(agents.columns)))
            (row,) = await wire.fetch(
                f"INSERT INTO agents ({columns(agents)}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE"
                f" SET {_SET_AGENT}, version = agents.version + 1 RETURNING {columns(agents)}",
                *agent_row(agent),
            )
            changed = AgentChanged(
                tenant_id=agent.tenant_id, agent=agent_of(row), at=self._clock.now(), reason="administered"
            )
            await self._store.add_events(wire, self._encode([changed]))
        self._store.wake()

    async def agent(self, tenant_id: TenantId, agent_id: UserId) -> Agent | None:
        """The agent of that id."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {columns(agents)} FROM agents WHERE tenant_id = $1 AND id = $2", tenant_id, agent_id
            )
        return agent_of(rows[0]) if rows else None

    async def queue_named(self, tenant_id: TenantId, name: str) -> Queue | None:
        """The queue of that name."""
        return next((q for q in await self.all_queues(tenant_id) if q.name == name), None)

    async def all_queues(self, tenant_id: TenantId) -> list[Queue]:
        """All queues of the tenant, by name."""
        async with self._store.database.snapshot() as wire:
            return await queues_of(wire, tenant_id)

    async def put_dispositions(self, tenant_id: TenantId, outcomes: Sequence[DispositionView]) -> None:
        """Set the outcomes of the house, in this order."""
        async with self._store.database.transaction() as wire:
            await put_outcomes(wire, tenant_id, [outcome_of(o) for o in outcomes])

    async def queues(self, principal: Principal) -> QueuePage:
        """Queues in the principal's scope, with how many wait."""
        reach = principal.require(Permission.READ_QUEUES)
        async with self._store.database.snapshot() as wire:
            found = await queues_of(wire, principal.tenant_id)
            counts = await wire.fetch(
                "SELECT queue_id, COUNT(*) FROM work_items WHERE tenant_id = $1"
                f" AND {WAITING} GROUP BY queue_id",
                principal.tenant_id,
            )
        waiting = {r[0]: r[1] for r in counts}
        seen = [q for q in found if not q.rules.retired and (reach is Scope.ALL or q.id in principal.queues)]
        return QueuePage(items=tuple(_queue_view(q, waiting.get(q.id, 0)) for q in seen), next=None)

    async def agents(self, principal: Principal) -> AgentPage:
        """Agents in the principal's scope (all, or those who share a queue), with what they do now."""
        reach = principal.require(Permission.READ_AGENTS)
        now = self._clock.now()
        async with self._store.database.snapshot() as wire:
            names = {q.id: q.name for q in await queues_of(wire, principal.tenant_id)}
            rows = await wire.fetch(
                f"SELECT {columns(agents)} FROM agents WHERE tenant_id = $1 ORDER BY name",
                principal.tenant_id,
            )
            seen = [
                a
                for a in map(agent_of, rows)
                if reach is Scope.ALL or a.queues & principal.queues or a.id == principal.user_id
            ]
            held = await holdings_of(wire, principal.tenant_id, [a.id for a in seen])
        views = []
        for agent in seen:
            holdings, load = held.get(agent.id, NOTHING_HELD)
            views.append(
                AgentView(
                    id=agent.id,
                    name=agent.name,
                    state=agent_state(agent, holdings, now),
                    pause_reason=agent.pause_reason,
                    since=agent.wish_since,
                    load=load,
                    full=FULL,
                    queues=tuple(sorted(names[q] for q in agent.queues if q in names)),
                )
            )
        return AgentPage(items=tuple(views), next=None)


def _queue_view(queue: Queue, waiting: int) -> QueueView:
    return QueueView(
        id=queue.id,
        name=queue.name,
        languages=queue.languages,
        service_level_share=queue.service_level.share,
        service_level_s=queue.service_level.threshold_s,
        offer_s=queue.offer_s,
        wrap_up_s=queue.wrap_up_s,
        waiting=waiting,
    )
