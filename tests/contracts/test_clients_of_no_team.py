"""Clients with whom nothing has happened yet, as those of an import: in no queue, and so for every team to find."""

from collections.abc import Awaitable, Callable

import pytest

from crm_store.cards import Cards
from crm_store.mapping import person_row
from crm_store.person_index import index_persons
from crm_store.person_scope import ClientReach
from crm_store.reads import DeskLookups
from crm_store.rows.people import persons
from hub.domain.access import Principal, Role, Scope
from hub.domain.errors import NotFound
from hub.domain.ids import PersonId
from hub.domain.person import Person
from hub.ids import new_id
from tests.stores import House

NAME = "Zülfikar"
OPENED: dict[str, Callable[[DeskLookups, Principal, PersonId], Awaitable[object]]] = {
    "person": lambda look, who, p: look.person(who, p),
    "client": lambda look, who, p: look.client(who, p),
    "timeline": lambda look, who, p: look.timeline(who, p, after="", limit=10),
}


def looking(house: House, agents_see: Scope = Scope.TEAM) -> DeskLookups:
    return DeskLookups(house.store, Cards(house.store), house.floor, ClientReach(agents_see))


async def put(house: House, name: str = NAME) -> PersonId:
    person_id = PersonId(new_id())
    person = Person(id=person_id, tenant_id=house.tenant_id, name=name, created_at=house.clock.now())
    async with house.database.transaction() as wire:
        await wire.insert(persons, [person_row(person)])
        await index_persons(wire, house.tenant_id, [(person_id, [name])], [])
    return person_id


async def everybody(house: House) -> dict[str, Principal]:
    """Agents and supervisors of the house's queue and of another one, and who reaches all."""
    other = house.a_queue("sales")
    await house.floor.put_queue(other)
    return {
        "anna": house.as_(await house.hire("Anna")),
        "boris": house.as_(await house.hire("Boris", queues=frozenset({other.id}))),
        "supervisor": house.somebody(Role.SUPERVISOR, house.queue.id),
        "supervisor of sales": house.somebody(Role.SUPERVISOR, other.id),
        "manager": house.somebody(Role.MANAGER),
        "dpo": house.somebody(Role.DPO),
    }


async def finders(look: DeskLookups, who: dict[str, Principal], person_id: PersonId) -> set[str]:
    """Who finds this client, and may open what they found: both or neither."""
    found = set()
    for name, principal in who.items():
        is_found = person_id in {view.id for view in (await look.persons(principal, NAME, 20)).items}
        for question, ask in OPENED.items():
            try:
                await ask(look, principal, person_id)
            except NotFound:
                assert not is_found, (name, question)
            else:
                assert is_found, (name, question)
        if is_found:
            found.add(name)
    return found


@pytest.mark.parametrize("choice", [Scope.OWN, Scope.TEAM, Scope.ALL], ids=lambda choice: choice.name)
async def test_they_are_found_by_every_team_until_something_has_happened(house: House, choice: Scope) -> None:
    who, look = await everybody(house), looking(house, choice)
    person_id = await put(house)
    agents = set() if choice is Scope.OWN else {"anna", "boris"}
    assert await finders(look, who, person_id) == who.keys() - {"anna", "boris"} | agents
    # nobody serves them: to find is not to edit
    assert {name for name, p in who.items() if await look.may_edit(p, person_id)} == {"manager"}

    item = await house.came("waits")
    async with house.database.transaction() as wire:
        await wire.execute(
            "UPDATE interactions SET person_id = $1 WHERE id = $2", person_id, item.interaction_id
        )
    agents = {Scope.OWN: set(), Scope.TEAM: {"anna"}, Scope.ALL: {"anna", "boris"}}[choice]
    assert await finders(look, who, person_id) == {"supervisor", "manager", "dpo"} | agents


async def test_a_record_that_is_part_of_another_is_as_far_as_the_other(house: House) -> None:
    who, look = await everybody(house), looking(house)
    item, person_id = await house.came("waits"), await put(house)
    async with house.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO merges (id, tenant_id, kept_id, merged_id, at, by_name, moved, filled, undone_by)"
            " VALUES ('m', $1, $2, $3, 1, 'Sofia', '{}', '{}', '')",
            house.tenant_id,
            item.person_id,
            person_id,
        )
    assert not (await look.persons(who["boris"], NAME, 20)).items
    with pytest.raises(NotFound):
        await look.person(who["boris"], person_id)
    assert (await look.person(who["anna"], person_id)).id == item.person_id


async def test_those_of_another_house_are_nobodys(house: House) -> None:
    who, look = await everybody(house), looking(house)
    person_id = await put(house)
    async with house.database.transaction() as wire:
        await wire.execute("UPDATE persons SET tenant_id = 'other' WHERE id = $1", person_id)
    assert await finders(look, who, person_id) == set()
