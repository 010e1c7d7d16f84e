"""What hangs on clients, for the tests of it: the stores of cards, cases, tasks, companies and merges of a house."""

from crm_store.cards import Cards
from crm_store.cases import Cases
from crm_store.merges import Merges
from crm_store.organizations import Organizations
from crm_store.person_edits import PersonEdits
from crm_store.person_scope import ClientReach
from crm_store.reads import DeskLookups
from crm_store.tasks import Tasks
from hub.cluster.codec import encode
from hub.desk.client_views import CaseView
from hub.domain.access import Role
from hub.domain.card import ClientCard
from hub.domain.events import NoticeSent, PersonChanged, TasksChanged
from hub.domain.ids import InteractionId, PersonId
from tests.stores import House


class Crm:
    """The stores of one house, as its hub makes them, and short ways to their facts."""

    def __init__(self, house: House) -> None:
        reach = ClientReach()
        self.house = house
        self.cards = Cards(house.store)
        self.edits = PersonEdits(house.store, house.clock, encode=encode, reach=reach, region="TR")
        self.merges = Merges(house.store, house.clock, encode=encode, reach=reach)
        self.cases = Cases(house.store, house.clock, encode=encode, reach=reach)
        self.tasks = Tasks(house.store, house.clock, encode=encode, reach=reach)
        self.lookups = DeskLookups(house.store, self.cards, house.floor, reach)
        self.organizations = Organizations(
            house.store, house.clock, encode=encode, reach=reach, people=self.lookups, region="TR"
        )
        self.sofia = house.somebody(Role.SUPERVISOR, house.queue.id)
        """Supervisor of the queue: its clients are hers to edit."""
        self.stranger = house.somebody(Role.SUPERVISOR)
        """Supervisor of nothing: no client of the house is within reach."""

    async def furnished(self) -> "Crm":
        """The same, with Sofia in the store."""
        self.sofia = self.house.as_(await self.house.hire("Sofia"), Role.SUPERVISOR)
        await self.house.events()
        return self

    async def client(self, thread: str = "v1", text: str = "hello") -> PersonId:
        """Somebody who has written."""
        return (await self.house.came(thread, text)).person_id

    async def client_in(self, thread: str = "v1") -> tuple[PersonId, InteractionId]:
        """The same with the conversation."""
        item = await self.house.came(thread)
        return item.person_id, item.interaction_id

    async def card(self, person_id: PersonId) -> ClientCard:
        """Their card as it is now."""
        return (await self.cards.cards(self.house.tenant_id, [person_id]))[person_id]

    async def a_case(self, person_id: PersonId, subject: str = "The kettle leaks") -> CaseView:
        """One that Sofia opened."""
        return await self.cases.open_case(
            self.sofia,
            person_id,
            subject=subject,
            promised_at=None,
            owner_id=(await self.house.hire("Cem")).id,
            interaction_id=None,
            key=None,
        )

    async def history(self, person_id: PersonId) -> list[tuple[str, str, str, str]]:
        """Kind, what, was and now of each line of the card's history, in order."""
        rows = await self.house.rows(
            "SELECT kind, what, was, now FROM person_facts WHERE person_id = $1 ORDER BY id", person_id
        )
        return [(r[0], r[1], r[2], r[3]) for r in rows]

    async def told(self) -> tuple[set[PersonId], set[str], list[tuple[str, str]]]:
        """Since the last call: whose cards moved, whose tasks did, and the notices (to whom, the text)."""
        events = await self.house.events()
        return (
            {e.person_id for e in events if isinstance(e, PersonChanged)},
            {u for e in events if isinstance(e, TasksChanged) for u in e.user_ids},
            [(e.notice.user_id, e.notice.text) for e in events if isinstance(e, NoticeSent)],
        )
