"""Look-ups answer no further than the principal reaches, in pages that are complete while the store grows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from crm_store.cards import Cards
from crm_store.person_scope import ClientReach
from crm_store.reads import DeskLookups
from hub.desk.found import TimelineEntry
from hub.domain.access import Principal, Role, Scope
from hub.domain.agent import Agent
from hub.domain.errors import Forbidden, HubError, Invalid, NotFound
from hub.domain.ids import InteractionId, PersonId
from hub.domain.interaction import Disposition
from hub.domain.work import WorkItem
from hub.ids import new_id
from tests.stores import House

RESOLVED = Disposition(code="resolved")
WORD = "samovar"
"""Said by every client."""

Ask = Callable[[DeskLookups, Principal, InteractionId, PersonId], Awaitable[object]]

ABOUT_AN_INTERACTION: dict[str, Ask] = {
    "interaction": lambda look, who, i, _: look.interaction(who, i),
    "touches": lambda look, who, i, _: look.touches(who, i, after=0, limit=10),
    "explained": lambda look, who, i, _: look.explained(who, i),
    "card": lambda look, who, i, _: look.card(who, i),
    "mark_read": lambda look, who, i, _: look.mark_read(who, i, 1),
}
ABOUT_A_PERSON: dict[str, Ask] = {
    "person": lambda look, who, _, p: look.person(who, p),
    "client": lambda look, who, _, p: look.client(who, p),
    "timeline": lambda look, who, _, p: look.timeline(who, p, after="", limit=10),
}


@dataclass(kw_only=True)
class Floor:
    """Two queues, an agent of each, and work in every stage; `expected` names what each principal reaches."""

    house: House
    look: DeskLookups
    anna: Agent
    boris: Agent
    who: dict[str, Principal] = field(default_factory=dict)
    work: dict[str, WorkItem] = field(default_factory=dict)

    def agents_see(self, choice: Scope) -> None:
        """The house chooses whom its agents look up (`access.agents_see_clients`)."""
        cards = Cards(self.house.store)
        self.look = DeskLookups(self.house.store, cards, self.house.floor, ClientReach(choice))

    async def reached(self, principal: Principal) -> set[str]:
        """The interactions that this principal may open."""
        return {name for name, item in self.work.items() if await self.opens("interaction", principal, item)}

    async def opens(self, question: str, principal: Principal, item: WorkItem) -> bool:
        ask = (ABOUT_AN_INTERACTION | ABOUT_A_PERSON)[question]
        try:
            await ask(self.look, principal, item.interaction_id, item.person_id)
        except NotFound:
            return False
        return True

    async def listed(self, principal: Principal, **filters: Any) -> set[str]:
        names = {item.interaction_id: name for name, item in self.work.items()}
        page = await self.look.interactions(principal, **filters)
        return {names[InteractionId(view.id)] for view in page.items}


@pytest.fixture
async def floor(house: House) -> Floor:
    other = house.a_queue("sales")
    await house.floor.put_queue(other)
    anna = await house.hire("Anna", chats=9)
    boris = await house.hire("Boris", chats=9, queues=frozenset({other.id}))
    cards = Cards(house.store)
    floor = Floor(house=house, look=DeskLookups(house.store, cards, house.floor), anna=anna, boris=boris)
    floor.who = {
        "anna": house.as_(anna),
        "boris": house.as_(boris),
        "supervisor": house.somebody(Role.SUPERVISOR, house.queue.id),
        "supervisor who serves": house.as_(replace(anna, queues=frozenset({other.id})), Role.SUPERVISOR),
        "manager": house.somebody(Role.MANAGER),
        "dpo": house.somebody(Role.DPO),
    }
    for name, agent, queue in (
        ("waits in support", None, house.queue),
        ("offered to anna", None, house.queue),
        ("anna has it", anna, house.queue),
        ("anna closed it", anna, house.queue),
        ("anna handed it on", anna, house.queue),
        ("waits in sales", None, other),
        ("boris has it", boris, other),
    ):
        house.clock.advance(1)
        text = f"{WORD} {name}"
        if agent is None:
            floor.work[name] = await house.came(name, text, queue_id=queue.id)
        else:
            floor.work[name] = await house.given(agent, name, text, queue_id=queue.id)
    await house.offer(floor.work["offered to anna"], anna)
    house.clock.advance(1)
    closed, handed_on = floor.work["anna closed it"], floor.work["anna handed it on"]
    await house.work.close(floor.who["anna"], closed.interaction_id, RESOLVED)
    await house.transfers.to_queue(floor.who["anna"], handed_on.interaction_id, other.id, "please")
    return floor


REACH = {
    "anna": {"anna has it", "anna closed it", "anna handed it on"},
    "boris": {"boris has it"},
    "supervisor": {"waits in support", "offered to anna", "anna has it", "anna closed it"},
    "supervisor who serves": {
        "waits in sales",
        "boris has it",
        "anna has it",
        "anna closed it",
        "anna handed it on",
    },
    "manager": {
        "waits in support",
        "offered to anna",
        "anna has it",
        "anna closed it",
        "anna handed it on",
        "waits in sales",
        "boris has it",
    },
}
REACH["dpo"] = REACH["manager"]


# --- scope ---


async def test_an_interaction_opens_to_those_who_reach_it(floor: Floor) -> None:
    assert {name: await floor.reached(principal) for name, principal in floor.who.items()} == REACH


@pytest.mark.parametrize("question", ABOUT_AN_INTERACTION)
async def test_every_question_about_an_interaction_reaches_as_far(floor: Floor, question: str) -> None:
    for name, principal in floor.who.items():
        opened = {w for w, item in floor.work.items() if await floor.opens(question, principal, item)}
        assert opened == REACH[name], name


async def test_a_list_shows_what_one_may_open_and_nothing_else(floor: Floor) -> None:
    assert {name: await floor.listed(principal) for name, principal in floor.who.items()} == REACH


async def test_a_search_of_the_texts_finds_what_one_may_open_and_nothing_else(floor: Floor) -> None:
    assert {name: await floor.listed(p, q=WORD) for name, p in floor.who.items()} == REACH
    assert await floor.listed(floor.who["anna"], q="boris") == set()


async def test_filters_narrow_and_never_widen(floor: Floor) -> None:
    anna, manager, boris = floor.who["anna"], floor.who["manager"], floor.boris
    assert await floor.listed(anna, agent_id=boris.id) == set()
    assert await floor.listed(anna, queue_id=floor.work["boris has it"].queue_id) == {"anna handed it on"}
    assert await floor.listed(anna, person_id=floor.work["boris has it"].person_id) == set()
    assert await floor.listed(manager, state="closed") == {"anna closed it"}
    assert await floor.listed(manager, agent_id=boris.id) == {"boris has it"}
    assert await floor.listed(manager, channel="email") == set()
    person_id = floor.work["waits in sales"].person_id
    assert await floor.listed(manager, person_id=person_id) == {"waits in sales"}


OF_PERSONS = REACH | {"supervisor who serves": REACH["supervisor who serves"] | {"offered to anna"}}
"""A supervisor who serves is shown the card of what is offered to her."""

AGENTS_SEE: dict[Scope, dict[str, set[str]]] = {
    # those whom they serve, have served or are offered: a colleague's client is not theirs to read
    Scope.OWN: {"anna": REACH["anna"] | {"offered to anna"}, "boris": REACH["boris"]},
    # and whoever has something in a queue of theirs
    Scope.TEAM: {
        "anna": REACH["anna"] | {"offered to anna", "waits in support"},
        "boris": {"waits in sales", "boris has it", "anna handed it on"},
    },
    Scope.ALL: {"anna": REACH["manager"], "boris": REACH["manager"]},
}
EACH_CHOICE = pytest.mark.parametrize("choice", AGENTS_SEE, ids=lambda choice: choice.name)


@EACH_CHOICE
@pytest.mark.parametrize("question", ABOUT_A_PERSON)
async def test_a_person_opens_to_those_who_reach_one_of_their_interactions(
    floor: Floor, question: str, choice: Scope
) -> None:
    floor.agents_see(choice)
    expected = OF_PERSONS | AGENTS_SEE[choice]
    for name, principal in floor.who.items():
        opened = {w for w, item in floor.work.items() if await floor.opens(question, principal, item)}
        assert opened == expected[name], name


@EACH_CHOICE
async def test_persons_are_found_by_those_who_may_open_them(floor: Floor, choice: Scope) -> None:
    floor.agents_see(choice)
    for name, principal in floor.who.items():
        found = {view.id for view in (await floor.look.persons(principal, "waits", 20)).items}
        opened = {
            item.person_id
            for work, item in floor.work.items()
            if work.startswith("waits") and await floor.opens("person", principal, item)
        }
        assert found == opened, name


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VISITOR, Role.SERVICE, None])
async def test_who_may_read_nothing_is_told_so_of_whatever_they_ask(floor: Floor, role: Role | None) -> None:
    roles = frozenset() if role is None else frozenset({role})
    nobody = replace(floor.house.somebody(Role.ADMIN, floor.house.queue.id), roles=roles)
    item = floor.work["anna has it"]
    for ask in (ABOUT_AN_INTERACTION | ABOUT_A_PERSON).values():
        with pytest.raises(Forbidden):
            await ask(floor.look, nobody, item.interaction_id, item.person_id)
    with pytest.raises(Forbidden):
        await floor.look.interactions(nobody)
    with pytest.raises(Forbidden):
        await floor.look.persons(nobody, "waits", 20)


async def test_not_there_and_not_yours_are_told_in_the_same_words(floor: Floor) -> None:
    anna, theirs = floor.who["anna"], floor.work["boris has it"]
    for ask in (ABOUT_AN_INTERACTION | ABOUT_A_PERSON).values():
        said = set()
        for i, p in (
            (theirs.interaction_id, theirs.person_id),
            (InteractionId(new_id()), PersonId(new_id())),
        ):
            with pytest.raises(NotFound) as refused:
                await ask(floor.look, anna, i, p)
            said.add((str(refused.value), refused.value.stable_code))
        assert len(said) == 1


async def test_one_may_answer_where_one_may_reply(floor: Floor) -> None:
    held = floor.work["anna has it"].interaction_id
    mine = await floor.look.interaction(floor.who["anna"], held)
    read = await floor.look.interaction(floor.who["manager"], held)
    assert (mine.reply_channels, read.reply_channels) == (("webchat",), ())

    closed = floor.work["anna closed it"].interaction_id
    assert (await floor.look.interaction(floor.who["anna"], closed)).reply_channels == ()


# --- pages ---


async def test_pages_of_interactions_are_complete_while_new_ones_come(house: House, floor: Floor) -> None:
    manager = floor.who["manager"]
    for n in range(10):  # several of one moment, too
        await house.came(f"v{n}")
    expected = [view.id for view in (await floor.look.interactions(manager)).items]
    assert len(expected) == 17

    seen, after = [], ""
    for n in range(10):
        page = await floor.look.interactions(manager, after=after, limit=3)
        seen += [view.id for view in page.items]
        await house.came(f"new {n}")
        if page.next is None:
            break
        after = page.next
    assert seen == expected


async def test_pages_of_touches_are_complete_and_go_on_with_what_came_meanwhile(
    house: House, floor: Floor
) -> None:
    item = floor.work["anna has it"]
    await house.receive(*(house.message(f"{n}", "anna has it") for n in range(7)))
    seen: list[str] = []
    after = 0
    for n in range(10):
        page = await floor.look.touches(floor.who["anna"], item.interaction_id, after=after, limit=3)
        seen += [view.text for view in page.items]
        if n == 0:
            await house.receive(house.message("meanwhile", "anna has it"))
        if page.next is None:
            break
        after = int(page.next)
    assert seen == [f"{WORD} anna has it", *(f"{n}" for n in range(7)), "meanwhile"]


async def test_pages_of_a_history_are_complete_over_all_interactions(house: House, floor: Floor) -> None:
    anna, item = floor.who["anna"], floor.work["anna has it"]
    await house.work.note(anna, item.interaction_id, "a note")
    house.clock.advance(1)
    await house.work.close(anna, item.interaction_id, RESOLVED)
    house.clock.advance(1)
    await house.came("anna has it", "me again")
    everything = await floor.look.timeline(anna, item.person_id, after="", limit=100)
    assert everything.next is None
    assert [e.at for e in everything.items] == sorted((e.at for e in everything.items), reverse=True)
    assert {e.kind for e in everything.items} == {
        "touch",
        "interaction_opened",
        "interaction_closed",
        "work_queued",
        "work_assigned",
        "work_wrap_up",
    }

    seen: list[TimelineEntry] = []
    after = ""
    while True:
        page = await floor.look.timeline(anna, item.person_id, after=after, limit=2)
        seen += page.items
        house.clock.advance(timedelta(seconds=1))
        await house.receive(house.message("one more", "anna has it"))
        if page.next is None:
            break
        after = page.next
    assert seen == list(everything.items)


@pytest.mark.parametrize(
    "after",
    [
        "x",
        ".",
        "1",
        "².01a22487-d190-7000-9764-4b8161ce5100",
        "1.²",
        "-.1",
        "9" * 40 + ".1",
        "1." + "9" * 40,
        "1.\x00",
        "1.\ud800",
    ],
)
async def test_a_page_that_does_not_exist_is_the_askers_mistake(floor: Floor, after: str) -> None:
    manager, item = floor.who["manager"], floor.work["anna has it"]
    with pytest.raises(Invalid):
        await floor.look.interactions(manager, after=after)
    with pytest.raises(Invalid):
        await floor.look.timeline(manager, item.person_id, after=after, limit=5)


@pytest.mark.parametrize("filter_", ["state", "queue_id", "agent_id", "person_id", "channel"])
@pytest.mark.parametrize("value", ["'; DROP TABLE touches; --", "\x00", "\ud800", "%", "x" * 10_000])
async def test_a_filter_may_hold_anything(floor: Floor, filter_: str, value: str) -> None:
    try:
        found = await floor.listed(floor.who["manager"], **{filter_: value})
    except Invalid:
        return  # not every database can even ask
    assert found == set()


async def test_a_number_that_no_store_can_hold_is_the_askers_mistake(floor: Floor) -> None:
    anna, held = floor.who["anna"], floor.work["anna has it"].interaction_id
    for ask in (
        floor.look.touches(anna, held, after=1 << 70, limit=5),
        floor.look.mark_read(anna, held, 1 << 70),
    ):
        with pytest.raises(HubError) as refused:
            await ask
        assert isinstance(refused.value, Invalid)


async def test_what_was_read_is_read_no_less_by_a_late_mark(house: House, floor: Floor) -> None:
    anna, item = floor.who["anna"], floor.work["anna has it"]
    for seq in (5, 3):
        await floor.look.mark_read(anna, item.interaction_id, seq)
    rows = await house.rows(
        "SELECT agent_id, seq FROM read_marks WHERE interaction_id = $1", item.interaction_id
    )
    assert [tuple(row) for row in rows] == [(floor.anna.id, 5)]
