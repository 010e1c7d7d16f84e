"""What is written about a client while their record becomes part of another one is with the one that stands, and an
undo that meets a merge undoes what it says, on both databases.

A merge is held just before its commit, with its locks; who writes then waits for it. On PostgreSQL the merge goes on
when the database says that somebody waits for a lock; SQLite has one writer, who waits for their turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from crm_store.doubles import Doubles
from crm_store.driver import Wire
from crm_store.merges import Merges
from crm_store.person_scope import ClientReach
from crm_store.splits import Splits
from crm_store.starting import Starts
from crm_store.uniting import Unitings
from crm_store.webchat import Visitors
from hub.cluster.codec import encode
from hub.desk.client_stores import NewTask
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction
from hub.domain.case import CaseStatus
from hub.domain.errors import Conflict
from hub.domain.ids import CaseId, IdentityId, MergeId, PersonId, TaskId
from hub.domain.person import Confidence, Identity, IdentityKind, Purpose
from hub.domain.touch import Claim
from hub.ids import new_id
from hub.ports.visitors import Visitor
from tests.contracts.beginning import Office
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.stores import House

T = TypeVar("T")


class Held(Merges):
    """Merges that stop before their commit until they may go on."""

    def __init__(self, crm: Crm) -> None:
        super().__init__(crm.house.store, crm.house.clock, encode=encode, reach=ClientReach())
        self.there = asyncio.Event()
        self.go_on = asyncio.Event()

    async def _audit(self, wire: Any, principal: Principal, action: AuditAction, merge_id: MergeId) -> None:
        await super()._audit(wire, principal, action, merge_id)
        self.there.set()
        await self.go_on.wait()


async def _waits(crm: Crm, writing: "asyncio.Task[Any]") -> None:
    """Returns when `writing` cannot go on, or has ended."""
    if crm.house.database.is_sqlite:
        for _ in range(50):
            await asyncio.sleep(0)
        return
    while not writing.done():
        rows = await crm.house.rows(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if rows:
            return
        await asyncio.sleep(0.005)


async def meanwhile(
    crm: Crm, happens: Callable[[Merges], Awaitable[object]], writes: Callable[[], Coroutine[Any, Any, T]]
) -> T:
    """What comes of `writes`, which began while `happens` had not been committed."""
    held = Held(crm)
    first = asyncio.ensure_future(happens(held))
    await asyncio.wait_for(held.there.wait(), 20)
    second = asyncio.create_task(writes())
    try:
        await asyncio.wait_for(_waits(crm, second), 20)
    finally:
        held.go_on.set()
        await asyncio.wait_for(first, 20)
    return await asyncio.wait_for(second, 20)


async def _address(crm: Crm, who: PersonId) -> None:
    await crm.edits.add_address(
        crm.sofia, who, kind=IdentityKind.EMAIL, typed=f"{new_id()}@clients.test", confidence=Confidence.KNOWN
    )


async def _consent(crm: Crm, who: PersonId) -> None:
    await crm.edits.record_consent(
        crm.sofia, who, channel=IdentityKind.EMAIL, purpose=Purpose.SERVICE, given=False, source="said so"
    )


async def _case(crm: Crm, who: PersonId) -> None:
    await crm.a_case(who)


async def _task(crm: Crm, who: PersonId) -> None:
    await crm.tasks.add_task(crm.sofia, NewTask(title="Call back", person_id=who), key=None)


WRITERS = {"identities": _address, "consents": _consent, "cases": _case, "tasks": _task}


async def _rows(crm: Crm, table: str) -> dict[str, PersonId]:
    """Whose each row is."""
    rows = await crm.house.rows(
        f"SELECT id, person_id FROM {table} WHERE tenant_id = $1 ORDER BY id", crm.house.tenant_id
    )
    return {row[0]: PersonId(row[1]) for row in rows}


async def _two(crm: Crm) -> tuple[PersonId, PersonId]:
    return await crm.client(new_id(), "my kettle leaks"), await crm.client(new_id(), "it is me again")


@pytest.mark.parametrize("table", WRITERS)
async def test_what_is_written_during_a_merge_is_with_the_record_that_stands(crm: Crm, table: str) -> None:
    kept, other = await _two(crm)
    before = await _rows(crm, table)
    await meanwhile(crm, lambda m: m.merge(crm.sofia, kept, other), lambda: WRITERS[table](crm, other))
    (made,) = (await _rows(crm, table)).keys() - before.keys()
    assert (await _rows(crm, table))[made] == kept


@pytest.mark.parametrize("table", WRITERS)
async def test_what_is_written_during_an_undo_is_with_the_record_it_was_written_for(
    crm: Crm, table: str
) -> None:
    kept, other = await _two(crm)
    merge_id = await _merged(crm, kept, other)
    before = await _rows(crm, table)
    await meanwhile(crm, lambda m: m.undo(crm.sofia, merge_id), lambda: WRITERS[table](crm, other))
    (made,) = (await _rows(crm, table)).keys() - before.keys()
    assert (await _rows(crm, table))[made] == other


async def _merged(crm: Crm, kept: PersonId, other: PersonId) -> MergeId:
    await crm.merges.merge(crm.sofia, kept, other)
    (row,) = await crm.house.rows(
        "SELECT id FROM merges WHERE tenant_id = $1 AND merged_id = $2 AND undone_at IS NULL",
        crm.house.tenant_id,
        other,
    )
    return MergeId(row[0])


async def test_the_history_of_a_task_and_of_a_case_goes_on_at_the_record_that_stands(crm: Crm) -> None:
    kept, other = await _two(crm)
    task = await crm.tasks.add_task(crm.sofia, NewTask(title="Call back", person_id=other), key=None)
    case = await crm.a_case(other)

    async def changes() -> None:
        await crm.tasks.change_task(crm.sofia, TaskId(task.id), version=task.version, title="Write")

    async def closes() -> None:
        await crm.cases.change_case(
            crm.sofia, CaseId(case.id), version=case.version, status=CaseStatus.CLOSED
        )

    await meanwhile(crm, lambda m: m.merge(crm.sofia, kept, other), changes)
    third = await crm.client(new_id())
    await meanwhile(crm, lambda m: m.merge(crm.sofia, third, kept), closes)
    assert await crm.history(other) == await crm.history(kept) == []
    kinds = [kind for kind, *_ in await crm.history(third)]
    assert {"card_task_changed", "card_case_closed"} <= set(kinds)


async def test_a_row_of_a_file_is_written_to_the_record_that_stands(crm: Crm, tmp_path: Path) -> None:
    kept, other = await _two(crm)
    desk = Desk(crm.house, tmp_path)
    old, new = f"{new_id()}@clients.test", f"{new_id()}@clients.test"
    await crm.edits.add_address(
        crm.sofia, other, kind=IdentityKind.EMAIL, typed=old, confidence=Confidence.KNOWN
    )
    view = await desk.start(await desk.bring(f'name;email\n;"{old},{new}"\n'))
    view = await meanwhile(crm, lambda m: m.merge(crm.sofia, kept, other), lambda: desk.taken(view))
    assert view.counts.updated == 1
    assert await _owner(crm, new) == kept


async def _owner(crm: Crm, value: str) -> PersonId:
    (row,) = await crm.house.rows(
        "SELECT person_id FROM identities WHERE tenant_id = $1 AND value = $2", crm.house.tenant_id, value
    )
    return PersonId(row[0])


async def test_an_address_is_split_from_the_record_that_stands(crm: Crm) -> None:
    kept, other = await _two(crm)
    splits = Splits(crm.house.store, crm.house.clock, encode=encode, reach=ClientReach())
    await _address(crm, other)
    ((identity,),) = await crm.house.rows(
        "SELECT id FROM identities WHERE tenant_id = $1 AND person_id = $2 AND kind = 'email'",
        crm.house.tenant_id,
        other,
    )
    apart = await meanwhile(
        crm,
        lambda m: m.merge(crm.sofia, kept, other),
        lambda: splits.split(crm.sofia, other, IdentityId(identity)),
    )
    assert (await _rows(crm, "identities"))[identity] == apart
    assert (await crm.card(other)).person_id == kept


async def test_who_is_kept_apart_is_the_record_that_stands(crm: Crm) -> None:
    kept, other = await _two(crm)
    third = await crm.client(new_id())
    doubles = Doubles(
        crm.house.store, crm.house.clock, encode=encode, reach=ClientReach(), people=crm.lookups
    )
    await meanwhile(
        crm,
        lambda m: m.merge(crm.sofia, kept, other),
        lambda: doubles.keep_apart(crm.sofia, other, third, apart=True),
    )
    rows = await crm.house.rows(
        "SELECT one_id, other_id FROM persons_apart WHERE tenant_id = $1", crm.house.tenant_id
    )
    assert [set(row) for row in rows] == [{kept, third}]


async def test_a_conversation_begins_with_the_record_that_stands(house: House) -> None:
    office = await Office(house).furnished()
    crm = await Crm(house).furnished()
    kept = await crm.client(new_id())
    anna = house.as_(await house.hire("Anna"))
    started = await meanwhile(
        crm, lambda m: m.merge(crm.sofia, kept, office.person), lambda: office.start(anna)
    )
    assert started.interaction.person_id == kept
    assert set((await _rows(crm, "interactions")).values()) == {kept}


class Interrupted(ClientReach):
    """Once it is known which record stands, something happens, once."""

    def __init__(self, happens: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._happens: Callable[[], Awaitable[object]] | None = happens

    async def require(
        self, wire: Wire, principal: Principal, permission: Permission, person_id: PersonId
    ) -> PersonId:
        root = await super().require(wire, principal, permission, person_id)
        if self._happens is not None:
            happens, self._happens = self._happens, None
            await happens()
        return root


async def test_whom_one_writes_to_has_the_addresses_of_the_record_that_stands(crm: Crm) -> None:
    (kept, of_kept), (other, of_other) = await _with_mail(crm), await _with_mail(crm)
    starts = Starts(crm.house.store, Interrupted(lambda: crm.merges.merge(crm.sofia, kept, other)))
    client = await starts.client(crm.sofia, other)
    assert client.person_id == kept
    assert set(client.addresses[IdentityKind.EMAIL]) == {of_kept, of_other}


async def test_a_conversation_is_not_begun_with_a_record_that_stands_no_more(crm: Crm) -> None:
    """Whoever looked them up before the transaction looks again: the call says `raced`."""
    kept, other = await _two(crm)
    await crm.merges.merge(crm.sofia, kept, other)
    with pytest.raises(Conflict) as refused:
        async with crm.house.store.unit(crm.house.tenant_id) as unit:
            unit.add_claim(
                Identity(
                    id=IdentityId(new_id()),
                    tenant_id=crm.house.tenant_id,
                    person_id=other,
                    kind=IdentityKind.EMAIL,
                    value=f"{new_id()}@clients.test",
                    created_at=crm.house.clock.now(),
                )
            )
    assert refused.value.stable_code == "raced"


async def test_what_a_visitor_says_of_themselves_is_said_of_the_record_that_stands(house: House) -> None:
    office = await Office(house).furnished()
    crm = await Crm(house).furnished()
    kept = await crm.client(new_id())
    visitors = Visitors(house.store, encode=encode)
    visitor = Visitor(
        id=office.visitor,
        tenant_id=house.tenant_id,
        site_key=office.key,
        token_sha256=office.visitor,
        language="tr",
        created_at=house.clock.now(),
    )
    said = f"{new_id()}@clients.test"
    claims = [Claim(kind=IdentityKind.EMAIL, value=said)]
    await meanwhile(
        crm,
        lambda m: m.merge(crm.sofia, kept, office.person),
        lambda: visitors.put_answers(visitor, {"mail": said}, "", claims, house.clock.now()),
    )
    assert await _owner(crm, said) == kept


async def test_what_a_site_vouches_for_is_said_of_the_record_that_stands(house: House) -> None:
    crm = await Crm(house).furnished()
    browser = new_id()
    kept, other = await crm.client(new_id()), await crm.client(browser)
    user = f"shop:{new_id()}"
    claims = [Claim(kind=IdentityKind.SITE, value=user, display=user, proven=True)]
    unitings = Unitings(house.store, encode=encode)
    await meanwhile(
        crm,
        lambda m: m.merge(crm.sofia, kept, other),
        lambda: unitings.add_vouched(house.tenant_id, browser, claims, house.clock.now()),
    )
    assert await _owner(crm, user) == kept


async def _with_mail(crm: Crm) -> tuple[PersonId, str]:
    who, value = await crm.client(new_id()), f"{new_id()}@clients.test"
    await crm.edits.add_address(
        crm.sofia, who, kind=IdentityKind.EMAIL, typed=value, confidence=Confidence.KNOWN
    )
    return who, value


@pytest.mark.parametrize("first", ["merge", "undo"])
async def test_an_undo_that_meets_a_merge_gives_back_all_it_says(crm: Crm, first: str) -> None:
    (one, of_one), (two, of_two) = await _with_mail(crm), await _with_mail(crm)
    three = await crm.client(new_id())
    merge_id = await _merged(crm, one, two)
    if first == "merge":
        await meanwhile(
            crm, lambda m: m.merge(crm.sofia, three, one), lambda: crm.merges.undo(crm.sofia, merge_id)
        )
    else:
        await meanwhile(
            crm, lambda m: m.undo(crm.sofia, merge_id), lambda: crm.merges.merge(crm.sofia, three, one)
        )
    assert await _owner(crm, of_two) == two
    assert await _owner(crm, of_one) == three
    assert {(await crm.card(who)).person_id for who in (one, three)} == {three}
    assert (await crm.card(two)).person_id == two
