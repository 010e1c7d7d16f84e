"""The store's answers to screens, as hub/desk/reading.py asks for them."""

from collections.abc import Sequence

from crm_store.cards import Cards
from crm_store.floor import FloorStore
from crm_store.live import Live
from crm_store.lookups import Interactions
from crm_store.people import People
from crm_store.person_scope import ClientReach
from crm_store.store import Store
from hub.desk.found import AgentPage, QueuePage
from hub.domain.access import Principal
from hub.domain.card import ClientCard
from hub.domain.ids import PersonId, TenantId
from hub.ports.clock import Clock


class DeskReads(Live):
    """LiveReads: the live desk with its cards."""

    def __init__(self, store: Store, clock: Clock, cards: Cards) -> None:
        super().__init__(store, clock)
        self._cards = cards

    async def cards(self, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, ClientCard]:
        """See the port."""
        return await self._cards.cards(tenant_id, ids)


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
