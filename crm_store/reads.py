"""The store's answers to screens, as hub/desk/reading.py asks for them."""

from collections.abc import Sequence

from crm_store.call_views import calls_now, calls_of, calls_with, promised_numbers, views_of
from crm_store.cards import Cards
from crm_store.floor import FloorStore
from crm_store.live import Live
from crm_store.lookups import Interactions, in_history
from crm_store.open_work import HELD
from crm_store.people import People
from crm_store.person_scope import ClientReach
from crm_store.store import Store
from crm_store.tasks import open_tasks_of
from hub.desk.found import AgentPage, QueuePage
from hub.desk.views import CallView, TaskView
from hub.domain.access import Permission, Principal, Scope
from hub.domain.agent import Media
from hub.domain.card import ClientCard
from hub.domain.ids import CallId, InteractionId, PersonId, TenantId, UserId, WorkItemId
from hub.domain.work import WorkItem
from hub.ports.clock import Clock

_SERVED_NOW = (
    "SELECT person_id, agent_id FROM work_items WHERE tenant_id = $1 AND /*+*/person_id = ANY($2)"
    f" AND {HELD} AND agent_id IS NOT NULL"
    " UNION SELECT w.person_id, r.agent_id FROM work_items w JOIN reservations r ON r.work_item_id = w.id"
    " WHERE /*+*/w.tenant_id = $1 AND w.person_id = ANY($2) AND r.state = 'offered' AND r.ended_at IS NULL"
    " UNION SELECT i.person_id, s.agent_id FROM snoozes s JOIN interactions i ON i.id = s.interaction_id"
    " WHERE /*+*/i.tenant_id = $1 AND i.person_id = ANY($2)"
)


class DeskReads(Live):
    """LiveReads: the live desk with its cards."""

    def __init__(self, store: Store, clock: Clock, cards: Cards, reach: ClientReach | None = None) -> None:
        super().__init__(store, clock)
        self._cards = cards
        self._reach = reach or ClientReach()

    async def cards(self, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, ClientCard]:
        """See the port."""
        return await self._cards.cards(tenant_id, ids)

    async def seers(
        self, tenant_id: TenantId, ids: Sequence[PersonId], looking: Sequence[Principal]
    ) -> dict[PersonId, set[UserId]]:
        """See the port."""
        seen: dict[PersonId, set[UserId]] = {}
        async with self._store.database.snapshot() as wire:
            for person_id, agent_id in await wire.fetch(_SERVED_NOW, tenant_id, list(ids)):
                seen.setdefault(PersonId(person_id), set()).add(UserId(agent_id))
            for principal in looking:
                for person_id in await self._reach.may(wire, principal, Permission.READ_PERSON, ids):
                    if principal.user_id is not None:
                        seen.setdefault(person_id, set()).add(principal.user_id)
        return seen

    async def work_in(self, tenant_id: TenantId, ids: Sequence[InteractionId]) -> list[WorkItemId]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT id FROM work_items WHERE /*+*/tenant_id = $1 AND interaction_id = ANY($2)"
                " AND state IN ('queued', 'offered', 'assigned', 'wrap_up')",
                tenant_id,
                list(ids),
            )
        return [WorkItemId(row[0]) for row in rows]

    async def calls(self, tenant_id: TenantId, ids: Sequence[CallId]) -> dict[CallId, CallView]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await views_of(wire, tenant_id, ids)

    async def promised(self, tenant_id: TenantId, items: Sequence[WorkItem]) -> dict[InteractionId, str]:
        """See the port."""
        ids = [item.interaction_id for item in items if item.media is Media.VOICE]
        if not ids:
            return {}
        async with self._store.database.snapshot() as wire:
            return await promised_numbers(wire, tenant_id, ids)

    async def calls_with(self, tenant_id: TenantId, agent_id: UserId) -> tuple[CallView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await calls_with(wire, tenant_id, agent_id)

    async def calls_now(self, principal: Principal) -> tuple[CallView, ...]:
        """See the port."""
        reach = principal.require(Permission.SUPERVISE)
        queues = None if reach is Scope.ALL else sorted(principal.queues)
        async with self._store.database.snapshot() as wire:
            return await calls_now(wire, principal.tenant_id, queues)

    async def calls_of(self, principal: Principal, interaction_id: InteractionId) -> tuple[CallView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await in_history(wire, principal, interaction_id, self._reach)
            return await calls_of(wire, principal.tenant_id, interaction_id)

    async def open_tasks(self, tenant_id: TenantId, ids: Sequence[UserId]) -> dict[UserId, list[TaskView]]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await open_tasks_of(wire, tenant_id, ids)


class DeskLookups(Interactions, People):
    """Lookups: interactions, persons, and the floor."""

    def __init__(
        self, store: Store, cards: Cards, floor: FloorStore, reach: ClientReach | None = None
    ) -> None:
        Interactions.__init__(self, store)
        People.__init__(self, store, cards, reach)
        self._floor = floor

    async def queues(self, principal: Principal) -> QueuePage:
        """See the port."""
        return await self._floor.queues(principal)

    async def agents(self, principal: Principal) -> AgentPage:
        """See the port."""
        return await self._floor.agents(principal)
