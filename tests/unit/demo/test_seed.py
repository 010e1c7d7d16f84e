"""Filling a store with the demo, and going on with one that is filled."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_console.passwords import Cost, Passwords
from crm_store.cards import Cards
from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.people import People
from crm_store.store import Store
from crm_store.webchat import Visitors
from hub.cli.access import access_store
from hub.cluster.codec import encode
from hub.demo.floor import MEMBERS, SITE_OF_TOPIC
from hub.demo.seed import Seeding, seed
from hub.domain.access import Role, system_principal
from hub.domain.errors import Conflict
from hub.domain.ids import DEFAULT_TENANT
from tests.fakes.clock import FakeClock
from tests.migrated import copy_to

PRINCIPAL = system_principal(DEFAULT_TENANT)


@pytest.fixture
async def seeding(tmp_path: Path) -> AsyncIterator[Seeding]:
    clock = FakeClock()
    clock.advance(6 * 3600)
    await copy_to(tmp_path / "hub.db")
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/hub.db", pool_size=2)
    try:
        async with Passwords(cost=Cost(memory_kib=8, passes=1), threads=1) as passwords:
            yield Seeding(
                store=Store(database, encode=encode, clock=clock),
                access=access_store(database),
                passwords=passwords,
                clock=clock,
                rng=random.Random(1),
            )
    finally:
        await database.close()


async def counted(seeding: Seeding, table: str, condition: str = "1 = 1") -> int:
    async with seeding.store.database.snapshot() as wire:
        return int((await wire.fetch(f"SELECT COUNT(*) FROM {table} WHERE {condition}"))[0][0])


async def users(seeding: Seeding):
    return {user.login: user for user in await seeding.access.list_users(PRINCIPAL)}


async def test_everybody_is_there_with_their_role_and_the_one_password(seeding) -> None:
    await seed(seeding, "short")

    people = await users(seeding)
    assert set(people) == {"anna", "boris", "cem", "sofia", "maria", "admin"}
    assert {login: set(user.roles) for login, user in people.items()} == {
        member.login: {member.role} for member in MEMBERS
    }
    for user in people.values():
        assert (await seeding.passwords.matched(user.password_hash, "short")).right


async def test_the_agents_are_in_both_queues_and_the_sites_lead_to_them(seeding) -> None:
    await seed(seeding, "secret")

    floor = FloorStore(seeding.store, seeding.clock, encode=encode)
    queues = {queue.name: queue.id for queue in await floor.all_queues(DEFAULT_TENANT)}
    agents = (await floor.agents(PRINCIPAL)).items
    assert set(queues) == {"sales", "support"}
    assert {agent.name: agent.queues for agent in agents} == {
        member.name: ("sales", "support") for member in MEMBERS if member.role is Role.AGENT
    }
    for topic, key in SITE_OF_TOPIC.items():
        site = await Visitors(seeding.store, encode=encode).site(key)
        assert site is not None
        assert site.queue_id == queues[topic]


async def test_there_is_a_past_that_is_over(seeding) -> None:
    await seed(seeding, "secret")

    assert await counted(seeding, "persons") >= 40
    assert await counted(seeding, "interactions", "state = 'closed'") >= 60
    assert await counted(seeding, "interactions", "state <> 'closed'") == 0
    assert await counted(seeding, "work_items", "state NOT IN ('completed', 'abandoned')") == 0
    assert await counted(seeding, "touches", "delivery IN ('queued', 'sending')") == 0
    assert await counted(seeding, "reservations", "ended_at IS NULL") == 0


@pytest.mark.parametrize(
    ("typed", "name"),
    [("gulsen", "Gülşen Kılıç"), ("ёлкин", "Борис Ёлкин"), ("whitfield", "Alice Whitfield")],
)
async def test_the_clients_are_found_in_every_alphabet(seeding, typed, name) -> None:
    await seed(seeding, "secret")

    found = await People(seeding.store, Cards(seeding.store)).persons(PRINCIPAL, typed, 5)

    assert name in {person.name for person in found.items}


async def test_a_second_start_changes_the_password_and_nothing_else(seeding) -> None:
    await seed(seeding, "first")
    before, persons = await users(seeding), await counted(seeding, "persons")

    await seed(seeding, "second")

    after = await users(seeding)
    assert {login: user.id for login, user in after.items()} == {login: u.id for login, u in before.items()}
    assert await counted(seeding, "persons") == persons
    assert (await seeding.passwords.matched(after["anna"].password_hash, "second")).right
    assert not (await seeding.passwords.matched(after["anna"].password_hash, "first")).right


async def test_a_restart_without_another_password_signs_nobody_out(seeding) -> None:
    assert await seed(seeding, "first", chosen=False)
    before = await users(seeding)

    assert not await seed(seeding, "random", chosen=False)
    assert await seed(seeding, "first")

    assert {u.login: (u.version, u.password_hash) for u in (await users(seeding)).values()} == {
        u.login: (u.version, u.password_hash) for u in before.values()
    }


async def test_a_store_that_serves_others_is_left_alone(seeding) -> None:
    floor = FloorStore(seeding.store, seeding.clock, encode=encode)
    await seed(seeding, "secret")
    (queue, *_) = await floor.all_queues(DEFAULT_TENANT)
    async with seeding.store.database.transaction() as wire:
        await wire.execute("DELETE FROM accounts")
        await wire.execute("DELETE FROM users")
    await floor.put_queue(replace(queue, name="claims"))

    with pytest.raises(Conflict):
        await seed(seeding, "secret")

    assert await users(seeding) == {}
