"""Two records of one person become one and two again, on both databases; nothing is lost, whatever comes between."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

from crm_store.person_scope import ClientReach, roots_of
from hub.desk.client_stores import NewTask
from hub.domain.access import Permission
from hub.domain.audit import AuditAction
from hub.domain.card import CardEdit
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import CaseId, MergeId, PersonId
from hub.domain.person import Confidence, IdentityKind, Purpose, Tier
from hub.ids import new_id
from tests.contracts.crm import Crm

POINTING = ("cases", "tasks", "consents", "identities", "interactions", "touches", "work_items")


async def _two(crm: Crm) -> tuple[PersonId, PersonId]:
    return await crm.client("v1", "my kettle leaks"), await crm.client("v2", "it is me again")


async def _merged(crm: Crm, kept: PersonId, other: PersonId) -> MergeId:
    await crm.merges.merge(crm.sofia, kept, other)
    return MergeId((await crm.card(kept)).merges[-1].id)


async def _owned(crm: Crm, person_id: PersonId) -> dict[str, int]:
    """How many rows of each kind point at this record."""
    return {
        table: int(
            (await crm.house.rows(f"SELECT COUNT(*) FROM {table} WHERE person_id = $1", person_id))[0][0]
        )
        for table in POINTING
    }


async def test_all_of_the_other_is_the_kept_ones_and_an_undo_gives_it_back(crm: Crm) -> None:
    kept, other = await _two(crm)
    case = await crm.a_case(other)
    await crm.tasks.add_task(crm.sofia, NewTask(title="Call back", person_id=other), key=None)
    await crm.edits.record_consent(
        crm.sofia, other, channel=IdentityKind.EMAIL, purpose=Purpose.MARKETING, given=True, source="said so"
    )
    await crm.edits.add_address(
        crm.sofia, other, kind=IdentityKind.EMAIL, typed="olga@clients.test", confidence=Confidence.KNOWN
    )
    apart = {person: await _owned(crm, person) for person in (kept, other)}
    merge_id = await _merged(crm, kept, other)
    assert await _owned(crm, kept) == {table: n + apart[other][table] for table, n in apart[kept].items()}
    assert set((await _owned(crm, other)).values()) == {0}
    card = await crm.card(kept)
    assert (card.open_cases, card.open_tasks, len(card.consents), len(card.identities)) == (1, 1, 1, 3)
    assert (await crm.card(other)).person_id == kept, (
        "whoever asks for the other gets the one that stands for it"
    )
    assert (await crm.cases.case(crm.sofia, CaseId(case.id))).person.id == kept

    await crm.merges.undo(crm.sofia, merge_id)
    assert {person: await _owned(crm, person) for person in (kept, other)} == apart
    assert (await crm.card(other)).person_id == other
    await crm.merges.undo(crm.sofia, merge_id)  # undoing twice is success
    assert {person: await _owned(crm, person) for person in (kept, other)} == apart


async def test_a_card_gets_what_it_lacks_and_says_what_it_said(crm: Crm) -> None:
    kept, other = await _two(crm)
    shop = await crm.organizations.add_organization(crm.sofia, "Acme")
    await crm.edits.edit(
        crm.sofia, kept, CardEdit(version=(await crm.card(kept)).version, name="Ольга", tags=("VIP",))
    )
    theirs = CardEdit(
        version=(await crm.card(other)).version,
        name="Olga S.",
        tier=Tier.GOLD,
        organization_id=shop.id,
        tags=("vip", "slow"),
    )
    await crm.edits.edit(crm.sofia, other, theirs)
    merge_id = await _merged(crm, kept, other)
    card = await crm.card(kept)
    assert (card.name, card.tags, card.organization, card.tier) == (
        "Ольга",
        ("VIP", "slow"),
        "Acme",
        Tier.STANDARD,
    )
    await crm.merges.undo(crm.sofia, merge_id)
    card = await crm.card(kept)
    assert (card.name, card.tags, card.organization) == ("Ольга", ("VIP",), "")
    assert (await crm.card(other)).tags == ("vip", "slow")


async def test_what_comes_by_an_address_after_the_merge_goes_with_the_address(crm: Crm) -> None:
    kept, other = await _two(crm)
    merge_id = await _merged(crm, kept, other)
    # the visitor of the other record leaves, and writes a new conversation while they are one
    await crm.house.left("v2")
    item = await crm.house.came("v2", "one more thing")
    assert item.person_id == kept
    await crm.merges.undo(crm.sofia, merge_id)
    assert (await crm.house.item(item.id)).person_id == other


async def test_both_cards_move_and_the_audit_log_and_the_history_say_by_whom(crm: Crm) -> None:
    kept, other = await _two(crm)
    await crm.told()
    merge_id = await _merged(crm, kept, other)
    assert (await crm.told())[0] == {kept, other}
    await crm.merges.undo(crm.sofia, merge_id)
    kinds = [kind for kind, *_ in await crm.history(kept)]
    assert kinds == ["card_merged", "card_merge_undone"]
    rows = await crm.house.rows(
        "SELECT action, object, actor FROM audit_log WHERE tenant_id = $1 ORDER BY number",
        crm.house.tenant_id,
    )
    assert [tuple(row) for row in rows] == [
        (AuditAction.MERGE_PERSONS, merge_id, "Sofia"),
        (AuditAction.UNDO_MERGE, merge_id, "Sofia"),
    ]


async def test_of_two_merges_that_meet_one_record_is_left(crm: Crm) -> None:
    one, other = await _two(crm)
    answers = await asyncio.gather(
        crm.merges.merge(crm.sofia, one, other),
        crm.merges.merge(crm.sofia, other, one),
        return_exceptions=True,
    )
    # the second finds them to be one already, or the same way round
    assert any(not isinstance(a, BaseException) for a in answers)
    assert [a for a in answers if not isinstance(a, (str, Invalid, Conflict))] == []
    rows = await crm.house.rows(
        "SELECT kept_id FROM merges WHERE tenant_id = $1 AND undone_at IS NULL", crm.house.tenant_id
    )
    assert len(rows) == 1
    stands = PersonId(rows[0][0])
    assert {(await crm.card(person)).person_id for person in (one, other)} == {stands}


class _Meanwhile:
    """A wire on which something happens after the first answer."""

    def __init__(self, wire: Any, happens: Callable[[], Awaitable[object]]) -> None:
        self._wire = wire
        self._happens: Callable[[], Awaitable[object]] | None = happens

    async def fetch(self, *asked: Any) -> Any:
        rows = await self._wire.fetch(*asked)
        if self._happens is not None:
            happens, self._happens = self._happens, None
            await happens()
        return rows


async def test_whoever_asks_for_a_record_while_it_becomes_another_s_gets_that(crm: Crm) -> None:
    kept, other = await _two(crm)
    async with crm.house.store.database.snapshot() as wire:
        meanwhile: Any = _Meanwhile(wire, lambda: crm.merges.merge(crm.sofia, kept, other))
        found = await ClientReach().require(meanwhile, crm.sofia, Permission.READ_PERSON, other)
        assert found == kept
        with pytest.raises(NotFound):
            await ClientReach().require(wire, crm.stranger, Permission.READ_PERSON, other)


async def test_a_merge_of_one_with_themselves_and_of_whom_one_may_not_see_is_refused(crm: Crm) -> None:
    kept, other = await _two(crm)
    with pytest.raises(Invalid) as same:
        await crm.merges.merge(crm.sofia, kept, kept)
    assert same.value.stable_code == "same_person"
    with pytest.raises(NotFound):
        await crm.merges.merge(crm.stranger, kept, other)
    with pytest.raises(NotFound):
        await crm.merges.merge(crm.sofia, kept, PersonId(new_id()))
    merge_id = await _merged(crm, kept, other)
    with pytest.raises((NotFound, Forbidden)):
        await crm.merges.undo(crm.stranger, merge_id)
    with pytest.raises(NotFound):
        await crm.merges.undo(crm.sofia, MergeId(new_id()))
    assert await crm.house.count("merges") == 1


async def test_three_records_become_one_and_come_apart_in_the_order_of_undoing(crm: Crm) -> None:
    first, second = await _two(crm)
    third = await crm.client("v3")
    one = await _merged(crm, second, third)
    two = await _merged(crm, first, second)
    assert {(await crm.card(p)).person_id for p in (first, second, third)} == {first}
    await crm.merges.undo(crm.sofia, two)
    assert (await crm.card(third)).person_id == second
    await crm.merges.undo(crm.sofia, one)
    assert [(await crm.card(p)).person_id for p in (first, second, third)] == [first, second, third]


async def test_a_chain_of_merges_is_walked_to_its_end(crm: Crm) -> None:
    chain = [await crm.client(new_id()) for _ in range(24)]
    for other, kept in pairwise(chain):
        await crm.merges.merge(crm.sofia, kept, other)
    async with crm.house.store.database.snapshot() as wire:
        roots = await roots_of(wire, crm.house.tenant_id, chain)
    assert roots == dict.fromkeys(chain[:-1], chain[-1])
    assert (await crm.card(chain[0])).person_id == chain[-1]
    case = await crm.a_case(chain[0])
    assert case.person.id == chain[-1]


async def test_a_ring_of_merges_comes_to_an_end(crm: Crm) -> None:
    """No merge makes one; a database that was written to by hand may have one."""
    ring = [await crm.client(new_id()) for _ in range(3)]
    behind = await crm.client(new_id())
    async with crm.house.store.database.transaction() as wire:
        for merged, kept in [*pairwise([*ring, ring[0]]), (behind, ring[1])]:
            await wire.execute(
                "INSERT INTO merges (id, tenant_id, kept_id, merged_id, at, by_name, moved, filled, undone_by)"
                " VALUES ($1, $2, $3, $4, 0, '', '{}', '{}', '')",
                new_id(), crm.house.tenant_id, kept, merged,
            )  # fmt: skip
        roots = await roots_of(wire, crm.house.tenant_id, [*ring, behind])
    assert {roots.get(one, one) for one in (*ring, behind)} == {min(ring)}
