"""An address becomes a record of its own with what came by it; no touch is lost, and a merge puts all of it back."""

import random

import pytest

from crm_store.person_scope import ClientReach
from crm_store.splits import Splits
from hub.cluster.codec import encode
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import IdentityId, MergeId, PersonId
from hub.domain.person import Confidence, IdentityKind
from hub.ids import new_id
from tests.contracts.crm import Crm


def splits_of(crm: Crm) -> Splits:
    return Splits(crm.house.store, crm.house.clock, encode=encode, reach=ClientReach())


async def identity_of(crm: Crm, value: str) -> IdentityId:
    rows = await crm.house.rows(
        "SELECT id FROM identities WHERE tenant_id = $1 AND value = $2", crm.house.tenant_id, value
    )
    return IdentityId(rows[0][0])


async def touches(crm: Crm) -> dict[str, str]:
    """Whose each touch is."""
    rows = await crm.house.rows("SELECT id, person_id FROM touches WHERE tenant_id = $1", crm.house.tenant_id)
    return {row[0]: row[1] for row in rows}


async def whose(crm: Crm) -> dict[str, dict[str, str]]:
    """Whose each row is."""
    found: dict[str, dict[str, str]] = {"touches": await touches(crm)}
    for table in ("interactions", "work_items", "identities", "facts"):
        key = "seq" if table == "facts" else "id"
        name = f"interaction_id || ':' || {key}" if table == "facts" else key
        rows = await crm.house.rows(
            f"SELECT {name}, person_id FROM {table} WHERE tenant_id = $1", crm.house.tenant_id
        )
        found[table] = {row[0]: row[1] for row in rows}
    return found


@pytest.mark.parametrize("seed", range(8))
async def test_no_touch_is_lost_and_a_merge_puts_all_back(crm: Crm, seed: int) -> None:
    chance = random.Random(seed)
    threads = [f"v{n}" for n in range(chance.randint(2, 5))]
    for _ in range(chance.randint(3, 10)):
        await crm.client(chance.choice(threads), chance.choice(["hello", "again", "?"]))
        crm.house.clock.advance(chance.choice([1, 61, 3_700]))
    people = [await crm.client(thread) for thread in threads]
    root = people[0]
    for other in people[1:]:
        await crm.merges.merge(crm.sofia, root, other)
    before = await whose(crm)
    assert set(before["touches"].values()) == {root}

    apart: list[PersonId] = []
    for thread in chance.sample(threads, chance.randint(1, len(threads) - 1)):
        apart.append(await splits_of(crm).split(crm.sofia, root, await identity_of(crm, thread)))
        after = await touches(crm)
        assert after.keys() == before["touches"].keys()
        assert set(after.values()) <= {root, *apart}
        by_it = await crm.house.rows(
            "SELECT DISTINCT t.person_id FROM touches t JOIN sessions s ON s.id = t.session_id"
            " WHERE s.tenant_id = $1 AND s.address = $2",
            crm.house.tenant_id,
            thread,
        )
        assert {row[0] for row in by_it} == {apart[-1]}

    for one in apart:
        await crm.merges.merge(crm.sofia, root, one)
    assert await whose(crm) == before


async def test_the_new_record_is_seen_in_the_history_and_the_audit_and_is_no_double(crm: Crm) -> None:
    root, other = await crm.client("v1", "my kettle leaks"), await crm.client("v2", "another one")
    await crm.merges.merge(crm.sofia, root, other)
    apart = await splits_of(crm).split(crm.sofia, root, await identity_of(crm, "v2"))
    assert [i.value for i in (await crm.card(apart)).identities] == ["v2"]
    assert [i.value for i in (await crm.card(root)).identities] == ["v1"]
    assert (await crm.history(apart))[-1][:2] == ("card_address_added", "webchat")
    assert (await crm.history(root))[-1][:2] == ("card_address_removed", "webchat")
    kept = await crm.house.rows(
        "SELECT one_id, other_id FROM persons_apart WHERE tenant_id = $1", crm.house.tenant_id
    )
    assert [tuple(row) for row in kept] == [tuple(sorted((root, apart)))]
    logged = await crm.house.rows(
        "SELECT object FROM audit_log WHERE tenant_id = $1 AND action = 'split_person'", crm.house.tenant_id
    )
    assert [row[0] for row in logged] == [apart]
    told, _, _ = await crm.told()
    assert {root, apart} <= told
    assert await crm.client("v2", "it is me") == apart, "who writes from it next is the new record"


async def test_an_undo_of_the_first_merge_leaves_what_was_taken_apart(crm: Crm) -> None:
    root, other = await crm.client("v1"), await crm.client("v2")
    await crm.merges.merge(crm.sofia, root, other)
    apart = await splits_of(crm).split(crm.sofia, root, await identity_of(crm, "v2"))
    await crm.merges.undo(crm.sofia, MergeId((await crm.card(root)).merges[-1].id))
    assert [i.value for i in (await crm.card(apart)).identities] == ["v2"]
    assert (await crm.card(other)).identities == ()


async def test_whoever_took_it_out_may_put_it_back_though_nothing_came_by_it(crm: Crm) -> None:
    root = await crm.client("v1")
    await crm.edits.add_address(
        crm.sofia, root, kind=IdentityKind.EMAIL, typed="other@example.org", confidence=Confidence.KNOWN
    )
    apart = await splits_of(crm).split(crm.sofia, root, await identity_of(crm, "other@example.org"))
    # nothing has happened with it yet: it is of no team, and every team finds it
    assert (await crm.lookups.client(crm.sofia, apart)).person_id == apart
    await crm.merges.merge(crm.sofia, root, apart)
    assert {i.value for i in (await crm.card(root)).identities} == {"v1", "other@example.org"}


async def test_the_only_address_stays_and_what_is_not_there_is_not_found(crm: Crm) -> None:
    root = await crm.client("v1")
    with pytest.raises(Invalid) as refused:
        await splits_of(crm).split(crm.sofia, root, await identity_of(crm, "v1"))
    assert refused.value.stable_code == "only_address"
    with pytest.raises(NotFound):
        await splits_of(crm).split(crm.sofia, root, IdentityId(new_id()))
    with pytest.raises(NotFound):
        await splits_of(crm).split(crm.stranger, root, await identity_of(crm, "v1"))
