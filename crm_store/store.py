"""The store of a hub: units of work, what routing and the relay read, and the wake-up after each commit."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from crm_store import flowing, unit_clocks
from crm_store.driver import Wire
from crm_store.engine import Database
from crm_store.floor_mapping import agent_of
from crm_store.mapping import columns, item_of, reservation_of, us
from crm_store.open_work import open_in
from crm_store.outcome_rows import outcomes_of
from crm_store.queue_reads import calendars_of, queues_of
from crm_store.rows.floor import agents
from crm_store.rows.history import reservations, work_items
from crm_store.unit_of_work import Encode, Unit
from hub.domain.agent import Agent
from hub.domain.events import AgentChanged
from hub.domain.ids import InteractionId, QueueId, TenantId, UserId
from hub.domain.outcome import Outcome
from hub.domain.queue import Queue
from hub.domain.reservation import Reservation
from hub.domain.work import WorkItem, WorkState
from hub.ports.clock import Clock
from hub.ports.hours import HoursRows
from hub.ports.store import BoardRows

_ITEM = columns(work_items)
_WRAPPING_UP = open_in(WorkState.WRAP_UP)
_RESERVATION = columns(reservations)
_AGENT = columns(agents)
_QUEUES_FRESH_S = 5.0


class Store:
    """RoutingStore and OutboxStore of hub/ports/store.py, on either database."""

    def __init__(self, database: Database, *, encode: Encode, clock: Clock) -> None:
        self.database = database
        self._encode = encode
        self._clock = clock
        self._woken = asyncio.Event()
        self._queues: dict[TenantId, tuple[float, dict[QueueId, Queue]]] = {}

    @asynccontextmanager
    async def unit(self, tenant_id: TenantId) -> AsyncIterator[Unit]:
        """A unit of work; see the port. What it added is committed when the block ends."""
        async with self.database.transaction() as wire:
            unit = Unit(
                wire,
                tenant_id,
                encode=self._encode,
                all_queues=await self._queues_of(wire, tenant_id),
                at=self._clock.now(),
            )
            yield unit
            await unit.flush()
        if unit.events:
            self._woken.set()

    async def _queues_of(self, wire: Wire, tenant_id: TenantId) -> dict[QueueId, Queue]:
        fresh_until, known = self._queues.get(tenant_id, (0.0, {}))
        if self._clock.monotonic() < fresh_until:
            return known
        known = {q.id: q for q in await queues_of(wire, tenant_id)}
        self._queues[tenant_id] = (self._clock.monotonic() + _QUEUES_FRESH_S, known)
        return known

    def forget_queues(self) -> None:
        """The rules of a queue were changed: read them again."""
        self._queues.clear()

    async def outcome(self, tenant_id: TenantId, code: str) -> Outcome | None:
        """The outcome of that code."""
        async with self.database.snapshot() as wire:
            found = await outcomes_of(wire, tenant_id, code)
        return found[0] if found else None

    async def hours_rows(self, tenant_id: TenantId) -> HoursRows:
        """The queues and the calendars."""
        async with self.database.snapshot() as wire:
            return HoursRows(
                queues={q.id: q for q in await queues_of(wire, tenant_id)},
                calendars={c.id: c for c in await calendars_of(wire, tenant_id)},
            )

    # — the relay ——————————————————————————————————————————————————————————————————————————

    async def unsent(self, limit: int) -> list[tuple[int, bytes]]:
        """The oldest outbox rows."""
        async with self.database.snapshot() as wire:
            rows = await wire.fetch("SELECT id, payload FROM outbox ORDER BY id LIMIT $1", limit)
        return [(int(r[0]), bytes(r[1])) for r in rows]

    async def mark_sent(self, ids: Sequence[int]) -> None:
        """Forget rows that the bus has."""
        async with self.database.transaction() as wire:
            await wire.execute("DELETE FROM outbox WHERE id = ANY($1)", list(ids))

    async def committed(self) -> None:
        """Returns when something may have been committed since the last call."""
        await self._woken.wait()
        self._woken.clear()

    def wake(self) -> None:
        """Something else than a unit committed outbox rows."""
        self._woken.set()

    async def add_events(self, wire: Wire, payload: bytes) -> None:
        """An outbox row inside a transaction that is no unit; call `wake` after its commit."""
        await wire.execute("INSERT INTO outbox (payload) VALUES ($1)", payload)

    # — the router —————————————————————————————————————————————————————————————————————————

    async def board_rows(self, tenant_id: TenantId) -> BoardRows:
        """Everything open, as committed."""
        async with self.database.snapshot() as wire:
            return BoardRows(
                queues=await queues_of(wire, tenant_id),
                agents=await _agents(wire, tenant_id),
                items=[
                    item_of(r)
                    for r in await wire.fetch(
                        f"SELECT {_ITEM} FROM work_items WHERE tenant_id = $1"
                        " AND state IN ('queued', 'offered', 'assigned', 'wrap_up')",
                        tenant_id,
                    )
                ],
                offers=await _offers(wire, tenant_id, "state = 'offered'"),
                silent=await unit_clocks.silent_ones(wire, tenant_id),
            )

    async def due_offers(self, tenant_id: TenantId, now: datetime) -> list[Reservation]:
        """Offers past their deadline."""
        async with self.database.snapshot() as wire:
            return await _offers(wire, tenant_id, "state = 'offered' AND expires_at <= $2", us(now))

    async def due_wrap_ups(self, tenant_id: TenantId, now: datetime) -> list[WorkItem]:
        """Wrap-ups past their end."""
        async with self.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_ITEM} FROM work_items WHERE tenant_id = $1 AND {_WRAPPING_UP} AND deadline_at <= $2",
                tenant_id,
                us(now),
            )
        return [item_of(r) for r in rows]

    async def lost_agents(self, tenant_id: TenantId, now: datetime) -> list[Agent]:
        """Agents whose lease ran out while they hold something or wish to be there."""
        async with self.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_AGENT} FROM agents WHERE tenant_id = $1"
                " AND (presence_until IS NULL OR presence_until <= $2)"
                " AND (wish <> 'offline' OR id IN (SELECT agent_id FROM work_items"
                " WHERE state IN ('queued', 'offered', 'assigned', 'wrap_up') AND agent_id IS NOT NULL))",
                tenant_id,
                us(now),
            )
        return [agent_of(r) for r in rows]

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
        """See the port."""
        async with self.database.snapshot() as wire:
            return await flowing.due_to_flow(
                wire, tenant_id, queue_id, target_id, before=before, behind=behind, limit=limit
            )

    async def unanswered_while_closed(
        self, tenant_id: TenantId, queue_id: QueueId, *, limit: int
    ) -> list[WorkItem]:
        """See the port."""
        async with self.database.snapshot() as wire:
            return await flowing.unanswered_while_closed(wire, tenant_id, queue_id, limit=limit)

    async def clocks_to_read(
        self, tenant_id: TenantId, queue_ids: Collection[QueueId], failed_since: datetime
    ) -> Sequence[InteractionId]:
        """See hub/ports/clocks.py."""
        async with self.database.snapshot() as wire:
            return await unit_clocks.clocks_to_read(wire, tenant_id, queue_ids, failed_since)

    async def due_replies(self, tenant_id: TenantId, now: datetime, limit: int) -> Sequence[InteractionId]:
        """See hub/ports/clocks.py."""
        async with self.database.snapshot() as wire:
            return await unit_clocks.due_replies(wire, tenant_id, now, limit)

    async def held_by(self, tenant_id: TenantId, agent_ids: Sequence[UserId]) -> list[WorkItem]:
        """Items offered to, assigned to or wrapped up by these agents."""
        async with self.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_ITEM} FROM work_items WHERE /*+*/tenant_id = $1 AND agent_id = ANY($2)"
                " AND state IN ('queued', 'offered', 'assigned', 'wrap_up')",
                tenant_id,
                list(agent_ids),
            )
        return [item_of(r) for r in rows]

    async def renew_presence(
        self, tenant_id: TenantId, agent_ids: Sequence[UserId], until: datetime, now: datetime
    ) -> None:
        """The consoles of these agents were heard; everybody is told in one outbox row."""
        await self._set_presence(tenant_id, agent_ids, until, now, "present")

    async def end_presence(self, tenant_id: TenantId, agent_id: UserId, now: datetime) -> None:
        """The agent's last console closed on purpose."""
        await self._set_presence(tenant_id, [agent_id], now, now, "left")

    async def _set_presence(
        self, tenant_id: TenantId, agent_ids: Sequence[UserId], until: datetime, now: datetime, reason: str
    ) -> None:
        async with self.database.transaction() as wire:
            rows = await wire.fetch(
                f"SELECT {_AGENT} FROM agents WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
                tenant_id,
                list(agent_ids),
            )
            told = [
                AgentChanged(tenant_id=tenant_id, agent=_with_lease(a, until), at=now, reason=reason)
                for a in map(agent_of, rows)
            ]
            if not told:
                return
            await wire.many(
                "UPDATE agents SET presence_until = $1, version = $2 WHERE id = $3",
                [(us(until), t.agent.version, t.agent.id) for t in told],
            )
            await self.add_events(wire, self._encode(told))
        self.wake()


def _with_lease(agent: Agent, until: datetime) -> Agent:

    return replace(agent, presence_until=until, version=agent.version + 1)


async def _agents(wire: Wire, tenant_id: TenantId) -> list[Agent]:
    rows = await wire.fetch(f"SELECT {_AGENT} FROM agents WHERE tenant_id = $1 ORDER BY name", tenant_id)
    return [agent_of(r) for r in rows]


async def _offers(wire: Wire, tenant_id: TenantId, condition: str, *params: object) -> list[Reservation]:
    rows = await wire.fetch(
        f"SELECT {_RESERVATION} FROM reservations WHERE tenant_id = $1 AND ended_at IS NULL AND {condition}",
        tenant_id,
        *params,
    )
    return [reservation_of(r) for r in rows]
