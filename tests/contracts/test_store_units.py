"""A unit of work is all or nothing, has its rows to itself, and says so when somebody else was first."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from hub.domain.agent import Media
from hub.domain.errors import Conflict
from hub.domain.events import InteractionOpened, TouchStored, WorkStepped
from hub.domain.ids import InteractionId, PersonId, SessionId, TouchId, WorkItemId
from hub.domain.interaction import Interaction, InteractionState, Session
from hub.domain.person import Person
from hub.domain.touch import Direction, Touch, TouchKind
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.ports.store import NewTouch, UnitOfWork
from tests.stores import House

TABLES = ("persons", "interactions", "sessions", "work_items", "touches", "facts", "touch_texts", "segments")


class Mishap(Exception):
    """Something goes wrong inside a unit."""


# --- all or nothing ---


async def test_what_a_unit_added_is_there_after_it(house: House) -> None:
    interaction = await _opened(house)

    async with house.store.unit(house.tenant_id) as unit:
        found = await unit.interactions([interaction.id])
        (session,) = await unit.open_sessions(interaction.id)
    assert found == {interaction.id: interaction}
    assert session.thread == "v1"


async def test_an_error_in_the_block_leaves_no_row_and_no_event(house: House) -> None:
    before = {table: await house.count(table) for table in TABLES}

    async def fails() -> None:
        async with house.store.unit(house.tenant_id) as unit:
            _open(house, unit)
            raise Mishap

    with pytest.raises(Mishap):
        await fails()

    assert {table: await house.count(table) for table in TABLES} == before
    assert await house.events() == []


async def test_an_error_after_a_statement_undoes_the_statement(house: House) -> None:
    anna = await house.hire("Anna")
    (offer,) = await house.offer(await house.came(), anna)

    async def fails() -> None:
        async with house.store.unit(house.tenant_id) as unit:
            assert await unit.settle(offer.stepped(offer.state.ACCEPTED, house.clock.now()))
            raise Mishap

    with pytest.raises(Mishap):
        await fails()

    assert await house.offers(await house.item(offer.work_item_id)) == [offer]


async def test_a_row_that_cannot_be_written_takes_the_whole_unit_with_it(house: House) -> None:
    interaction = await _opened(house)
    await house.events()

    async def fails() -> None:
        async with house.store.unit(house.tenant_id) as unit:
            unit.add_person(_person(house, "Boris"), ["Boris"])
            unit.add_touch(_touch(interaction, 1, "one"))
            unit.add_touch(_touch(interaction, 1, "two"))
            unit.emit(InteractionOpened(tenant_id=house.tenant_id, interaction=interaction))

    with pytest.raises(Conflict):
        await fails()

    assert await house.count("touches") == 0
    assert (
        await house.rows("SELECT id FROM persons WHERE name = 'Boris' AND tenant_id = $1", house.tenant_id)
        == []
    )
    assert await house.events() == []


async def test_a_unit_cancelled_at_any_moment_is_whole_or_nothing_and_the_next_one_works(
    house: House,
) -> None:
    for moment in range(60):
        doomed = asyncio.create_task(_opened(house, thread=f"doomed {moment}"))
        for _ in range(moment):
            await asyncio.sleep(0)
        doomed.cancel()
        ended = (await asyncio.gather(doomed, return_exceptions=True))[0]
        assert isinstance(ended, Interaction | asyncio.CancelledError)
        await _opened(house, thread=f"next {moment}")

    counts = [await house.count(table) for table in ("interactions", "sessions", "work_items", "persons")]
    assert counts == [counts[0]] * 4
    assert 60 <= counts[0] <= 120
    assert len(await house.events()) == 2 * counts[0]


# --- events ---


async def test_events_are_committed_with_the_data_in_one_row_in_their_order(house: House) -> None:
    before = len(await house.store.unsent(500))
    interaction = await _opened(house)

    assert len(await house.store.unsent(500)) == before + 1
    opened, queued = await house.events()
    assert isinstance(opened, InteractionOpened)
    assert isinstance(queued, WorkStepped)
    assert queued.item.interaction_id == interaction.id


async def test_a_unit_that_tells_nothing_writes_no_outbox_row(house: House) -> None:
    async with house.store.unit(house.tenant_id) as unit:
        unit.add_person(_person(house, "Cem"), ["Cem"])

    assert await house.events() == []
    assert await house.count("persons") == 1


async def test_a_commit_wakes_whoever_waits_to_carry_it(house: House) -> None:
    waiting = asyncio.create_task(house.store.committed())
    await asyncio.sleep(0)
    house.store._woken.clear()
    await _opened(house)
    async with asyncio.timeout(5):
        await waiting


async def test_rows_marked_as_sent_come_no_more_and_the_others_keep_their_order(house: House) -> None:
    await house.events()
    for _ in range(3):
        await _opened(house, thread=new_id())
    first, second, third = await house.store.unsent(10)
    await house.store.mark_sent([second[0]])

    assert await house.store.unsent(10) == [first, third]
    assert await house.store.unsent(1) == [first]
    assert first[0] < third[0]


async def test_numbers_of_an_interaction_count_its_facts_and_its_touches(house: House) -> None:
    (received,) = await house.receive(house.message())
    facts = await house.rows(
        "SELECT seq, kind FROM facts WHERE interaction_id = $1 ORDER BY seq", received.interaction_id
    )

    assert [tuple(row) for row in facts] == [(1, "interaction_opened"), (2, "work_stepped")]
    assert received.seq == 3


# --- what may be there once ---


async def test_an_account_takes_an_external_id_once(house: House) -> None:
    interaction = await _opened(house)
    await _written(house, _touch(interaction, 3, "one", external_id="same"))
    with pytest.raises(Conflict) as refused:
        await _written(house, _touch(interaction, 4, "two", external_id="same"))

    assert refused.value.stable_code == "raced"
    assert await house.count("touches") == 1


async def test_another_account_or_tenant_may_use_the_same_external_id(house: House) -> None:
    interaction = await _opened(house)
    other_account = _touch(interaction, 4, "two", external_id="same")
    other_account = replace(other_account, touch=replace(other_account.touch, account="webchat:other"))
    await _written(house, _touch(interaction, 3, "one", external_id="same"), other_account)
    neighbour = await House(database=house.database).furnished()
    theirs = await _opened(neighbour)
    await _written(neighbour, _touch(theirs, 3, "three", external_id="same"))

    assert (await house.count("touches"), await neighbour.count("touches")) == (2, 1)


@pytest.mark.parametrize("more", [0, 20], ids=["few", "many"])
async def test_an_interaction_has_a_number_once(house: House, more: int) -> None:
    interaction = await _opened(house)
    others = [_touch(interaction, 100 + n, "other") for n in range(more)]  # many rows are copied in
    with pytest.raises(Conflict) as refused:
        await _written(house, *others, _touch(interaction, 3, "one"), _touch(interaction, 3, "two"))

    assert refused.value.stable_code == "raced"


async def test_an_interaction_has_one_open_pass(house: House) -> None:
    item = await house.came()
    again = replace(item, id=WorkItemId(new_id()))
    with pytest.raises(Conflict) as refused:
        async with house.store.unit(house.tenant_id) as unit:
            unit.add_item(again)
    assert refused.value.stable_code == "raced"

    async with house.store.unit(house.tenant_id) as unit:
        unit.save_item(item, item.stepped(WorkState.CANCELLED, house.clock.now()))
    async with house.store.unit(house.tenant_id) as unit:
        unit.add_item(again)
    assert await house.open_item(item.interaction_id) == again


async def test_a_thread_has_one_open_session(house: House) -> None:
    interaction = await _opened(house)
    with pytest.raises(Conflict) as refused:
        async with house.store.unit(house.tenant_id) as unit:
            unit.add_session(_session(interaction, "v1"))
    assert refused.value.stable_code == "raced"


async def test_a_row_without_its_parent_is_a_mistake_of_ours_and_no_race(house: House) -> None:
    nowhere = replace(await _opened(house), id=InteractionId(new_id()))
    with pytest.raises((sqlite3.IntegrityError, asyncpg.ForeignKeyViolationError)):
        await _written(house, _touch(nowhere, 1, "lost"))


# --- one after the other ---


async def test_two_units_on_one_interaction_follow_each_other(house: House) -> None:
    interaction = await _opened(house)
    first_has_it, first_may_end = asyncio.Event(), asyncio.Event()
    seen: list[int] = []

    async def first() -> None:
        async with house.store.unit(house.tenant_id) as unit:
            found = (await unit.interactions([interaction.id]))[interaction.id]
            first_has_it.set()
            await first_may_end.wait()
            unit.save_interaction(replace(found, last_seq=found.last_seq + 5))

    async def second() -> None:
        await first_has_it.wait()
        async with house.store.unit(house.tenant_id) as unit:
            seen.append((await unit.interactions([interaction.id]))[interaction.id].last_seq)

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        group.create_task(second())
        await first_has_it.wait()
        await asyncio.sleep(0.05)
        assert seen == []
        first_may_end.set()
    assert seen == [interaction.last_seq + 5]


async def test_fifty_units_at_once_number_their_touches_without_a_gap(house: House) -> None:
    interaction = await _opened(house)
    first = interaction.last_seq + 1

    async def one_more(text: str) -> None:
        async with house.store.unit(house.tenant_id) as unit:
            found = (await unit.interactions([interaction.id]))[interaction.id]
            seq = found.last_seq + 1
            unit.save_interaction(replace(found, last_seq=seq))
            unit.add_touch(_touch(interaction, seq, text))

    await asyncio.gather(*(one_more(f"message {n}") for n in range(50)))

    rows = await house.rows(
        "SELECT seq, text FROM touches WHERE interaction_id = $1 ORDER BY seq", interaction.id
    )
    assert [row[0] for row in rows] == list(range(first, first + 50))
    assert len({row[1] for row in rows}) == 50


async def test_units_that_take_several_rows_in_different_orders_all_end(house: House) -> None:
    items = [await house.came(thread=f"v{n}") for n in range(6)]
    ids = [item.interaction_id for item in items]

    async def numbered(order: Sequence[InteractionId]) -> None:
        async with house.store.unit(house.tenant_id) as unit:
            for found in (await unit.interactions(order)).values():
                unit.save_interaction(replace(found, last_seq=found.last_seq + 1))

    async with asyncio.timeout(20):
        await asyncio.gather(*(numbered(ids if n % 2 else ids[::-1]) for n in range(20)))
    rows = await house.rows("SELECT last_seq FROM interactions WHERE tenant_id = $1", house.tenant_id)
    assert [row[0] for row in rows] == [3 + 20] * 6


# --- short ways ---


def _person(house: House, name: str) -> Person:
    return Person(id=PersonId(new_id()), tenant_id=house.tenant_id, name=name, created_at=house.clock.now())


def _session(interaction: Interaction, thread: str) -> Session:
    return Session(
        id=SessionId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        channel="webchat",
        account="webchat:shop",
        thread=thread,
        address=thread,
        started_at=interaction.opened_at,
    )


def _open(house: House, unit: UnitOfWork, thread: str = "v1") -> Interaction:
    now = house.clock.now()
    person = _person(house, "Anna")
    interaction = Interaction(
        id=InteractionId(new_id()),
        tenant_id=house.tenant_id,
        person_id=person.id,
        channel="webchat",
        queue_id=house.queue.id,
        language="en",
        state=InteractionState.OPEN,
        opened_at=now,
    )
    item = WorkItem(
        id=WorkItemId(new_id()),
        tenant_id=house.tenant_id,
        interaction_id=interaction.id,
        person_id=person.id,
        queue_id=house.queue.id,
        channel="webchat",
        media=Media.CHAT,
        language="en",
        skills={},
        priority=0,
        state=WorkState.QUEUED,
        first_queued_at=now,
        queued_at=now,
        urgent_at=now,
        state_at=now,
        received_at=now,
    )
    unit.add_person(person, [person.name])
    unit.add_interaction(interaction)
    unit.add_session(_session(interaction, thread))
    unit.add_item(item)
    opened = unit.note_fact(
        InteractionOpened(tenant_id=house.tenant_id, interaction=interaction), interaction
    )
    return unit.note_fact(WorkStepped(tenant_id=house.tenant_id, item=item, reason="new"), opened)


async def _opened(house: House, thread: str = "v1") -> Interaction:
    async with house.store.unit(house.tenant_id) as unit:
        return _open(house, unit, thread)


def _touch(interaction: Interaction, seq: int, text: str, external_id: str = "") -> NewTouch:
    touch = Touch(
        id=TouchId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        session_id=None,
        person_id=interaction.person_id,
        seq=seq,
        channel="webchat",
        account="webchat:shop",
        direction=Direction.INBOUND,
        kind=TouchKind.MESSAGE,
        at=interaction.opened_at,
        text=text,
    )
    return NewTouch(touch=touch, external_id=external_id or touch.id)


async def _written(house: House, *touches: NewTouch) -> None:
    async with house.store.unit(house.tenant_id) as unit:
        for new in touches:
            unit.add_touch(new)
            unit.emit(TouchStored(tenant_id=house.tenant_id, touch=new.touch, agent_id=None))
