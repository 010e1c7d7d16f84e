"""Records that may be one person are listed with why, and what somebody decided is remembered: on both databases."""

from collections.abc import Iterable

import pytest

from crm_store.doubles import Doubles
from crm_store.person_edits import index_anew
from crm_store.person_scope import ClientReach
from hub.cluster.codec import encode
from hub.desk.client_views import DoubleView
from hub.domain.access import Role
from hub.domain.errors import Forbidden, Invalid, NotFound
from hub.domain.events import PersonChanged
from hub.domain.ids import MergeId, PersonId
from hub.domain.person import IdentityKind
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.stores import House

CLIENTS = (
    "Name;Phone;E-mail;Company\n"
    "Anna Petrova;;anna.p@example.org;\n"
    "Петрова Анна;;anna.p@other.test;\n"
    "Mehmet Demir;;m1@example.org;Acme\n"
    "Mehmet Demir;;m2@example.org;Acme\n"
    "Mehmet Demir;;m3@example.org;Other\n"
    "Ann Lee;;ann@example.org;\n"
    "Ann Lee;;lee@example.org;\n"
    "Boris Ivanov;+905321234567;;\n"
    "Boris;+905321234599;;\n"
)


@pytest.fixture
async def desk(crm: Crm, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(crm.house, tmp_path_factory.mktemp("imports"))
    await desk.imported(CLIENTS)
    return desk


def store_of(crm: Crm) -> Doubles:
    house = crm.house
    return Doubles(house.store, house.clock, encode=encode, reach=ClientReach(), people=crm.lookups)


async def all_of(crm: Crm, desk: Desk, limit: int = 50) -> list[DoubleView]:
    """Every page."""
    found: list[DoubleView] = []
    after: str | None = ""
    for _ in range(100):
        page = await store_of(crm).doubles(desk.maria, after=after or "", limit=limit)
        found += page.items
        if (after := page.next) is None:
            return found
    raise AssertionError("the pages never end")


def told(views: Iterable[DoubleView]) -> list[tuple[str, str, tuple[str, ...]]]:
    return sorted((v.one.name, v.other.name, v.reasons) for v in views)


EXPECTED = [
    ("Anna Petrova", "Петрова Анна", ("same_name", "same_mail_name")),
    ("Mehmet Demir", "Mehmet Demir", ("same_name", "same_organization")),
]


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_pairs_are_listed_with_their_reasons_and_namesakes_alone_are_not(
    crm: Crm, desk: Desk, limit: int
) -> None:
    assert told(await all_of(crm, desk, limit)) == EXPECTED


async def put_raw_number(house: House, name: str, number: str) -> None:
    """A number as a trunk sent it before numbers were normalised."""
    person_id = (
        await house.rows("SELECT id FROM persons WHERE name = $1 AND tenant_id = $2", name, house.tenant_id)
    )[0][0]
    async with house.store.database.transaction() as wire:
        await wire.execute(
            "UPDATE identities SET value = $1 WHERE person_id = $2 AND kind = 'phone'", number, person_id
        )
        await index_anew(wire, house.tenant_id, PersonId(person_id))


async def test_one_number_typed_in_two_ways_is_a_pair_unless_it_is_nobodys(crm: Crm, desk: Desk) -> None:
    await put_raw_number(desk.house, "Boris", "05321234567")
    found = [pair for pair in told(await all_of(crm, desk)) if "same_number" in pair[2]]
    assert [(one, other) for one, other, _ in found] == [("Boris Ivanov", "Boris")]
    async with desk.house.store.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO shared_lines (tenant_id, value, label, at, by_name) VALUES ($1, '05321234567', '', 1, '')",
            desk.house.tenant_id,
        )
    assert told(await all_of(crm, desk)) == EXPECTED


async def test_a_number_that_two_say_is_theirs_is_a_pair(crm: Crm, desk: Desk) -> None:
    boris = await crm.edits.owner_of(desk.maria, IdentityKind.PHONE, "+905321234567")
    (anna,) = await desk.house.rows(
        "SELECT id FROM persons WHERE name = 'Anna Petrova' AND tenant_id = $1", desk.house.tenant_id
    )
    assert boris.person is not None
    async with desk.house.store.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO shared_numbers (tenant_id, value, person_id, at) VALUES ($1, '+905321234567', $2, 1)",
            desk.house.tenant_id,
            anna[0],
        )
    assert ("Anna Petrova", "Boris Ivanov", ("shared_number",)) in told(await all_of(crm, desk))
    # whoever said so became part of another record: that one says it
    whole = await crm.client("v9", "hello")
    async with desk.house.store.database.transaction() as wire:
        await wire.execute("UPDATE persons SET name = 'Anna P.' WHERE id = $1", whole)
    await crm.merges.merge(desk.maria, whole, PersonId(anna[0]))
    (pair,) = [one for one in await all_of(crm, desk) if one.reasons == ("shared_number",)]
    assert {pair.one.name, pair.other.name} == {"Anna P.", "Boris Ivanov"}


async def test_those_kept_apart_are_not_proposed_again_until_somebody_takes_it_back(
    crm: Crm, desk: Desk
) -> None:
    pair = next(view for view in await all_of(crm, desk) if view.one.name == "Anna Petrova")
    one, other = PersonId(pair.one.id), PersonId(pair.other.id)
    store = store_of(crm)
    for _ in range(2):
        await store.keep_apart(desk.maria, other, one, apart=True)
    assert told(await all_of(crm, desk)) == EXPECTED[1:]
    await store.keep_apart(desk.maria, one, other, apart=False)
    assert told(await all_of(crm, desk)) == EXPECTED
    rows = await desk.house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 AND action = 'keep_apart' ORDER BY number",
        desk.house.tenant_id,
    )
    assert [row[0] for row in rows] == ["apart", "undone"]


async def candidates(crm: Crm, person_id: PersonId) -> list[str]:
    return [one.name for one in (await crm.card(person_id)).candidates]


async def test_on_no_card_is_whoever_people_said_is_somebody_else(crm: Crm, desk: Desk) -> None:
    pair = next(view for view in await all_of(crm, desk) if view.one.name == "Anna Petrova")
    one, other = PersonId(pair.one.id), PersonId(pair.other.id)
    assert await candidates(crm, one) == ["Петрова Анна"]
    await crm.house.events()
    await store_of(crm).keep_apart(desk.maria, one, other, apart=True)
    changed = [event.person_id for event in await crm.house.events() if isinstance(event, PersonChanged)]
    assert sorted(changed) == sorted([one, other])
    assert (await candidates(crm, one), await candidates(crm, other)) == ([], [])
    await store_of(crm).keep_apart(desk.maria, other, one, apart=False)
    assert await candidates(crm, other) == ["Anna Petrova"]


async def test_who_is_somebody_else_is_so_too_when_they_became_part_of_another_record(
    crm: Crm, desk: Desk
) -> None:
    pair = next(view for view in await all_of(crm, desk) if view.one.name == "Anna Petrova")
    one, other = PersonId(pair.one.id), PersonId(pair.other.id)
    await store_of(crm).keep_apart(desk.maria, one, other, apart=True)
    whole = await crm.client("v9", "hello")
    async with crm.house.store.database.transaction() as wire:
        await wire.execute("UPDATE persons SET name = 'Anna Petrova' WHERE id = $1", whole)
    await crm.merges.merge(desk.maria, whole, one)
    assert await candidates(crm, whole) == []
    assert await candidates(crm, other) == []
    assert told(await all_of(crm, desk)) == EXPECTED[1:]
    await store_of(crm).keep_apart(desk.maria, other, whole, apart=False)
    assert await candidates(crm, whole) == ["Петрова Анна"]
    assert len(told(await all_of(crm, desk))) == len(EXPECTED)


async def test_a_merged_pair_is_gone_and_is_back_after_an_undo(crm: Crm, desk: Desk) -> None:
    pair = next(view for view in await all_of(crm, desk) if view.one.name == "Anna Petrova")
    one, other = PersonId(pair.one.id), PersonId(pair.other.id)
    await crm.merges.merge(desk.maria, one, other)
    assert told(await all_of(crm, desk)) == EXPECTED[1:]
    with pytest.raises(Invalid):
        await store_of(crm).keep_apart(desk.maria, one, other, apart=True)
    await crm.merges.undo(desk.maria, MergeId((await crm.card(one)).merges[-1].id))
    assert told(await all_of(crm, desk)) == EXPECTED


async def test_only_what_is_within_reach_is_shown_or_decided(crm: Crm, desk: Desk) -> None:
    page = await store_of(crm).doubles(crm.stranger, after="names:", limit=50)
    assert page.items == ()
    pair = (await all_of(crm, desk))[0]
    with pytest.raises(NotFound):
        await store_of(crm).keep_apart(
            crm.stranger, PersonId(pair.one.id), PersonId(pair.other.id), apart=True
        )
    with pytest.raises(Forbidden):
        await store_of(crm).doubles(desk.house.somebody(Role.ADMIN), after="", limit=50)
    with pytest.raises(Invalid):
        await store_of(crm).doubles(desk.maria, after="elsewhere:", limit=50)


async def test_another_tenant_has_none_of_them(crm: Crm, desk: Desk) -> None:
    there = Crm(await House(database=desk.house.database, clock=desk.house.clock).furnished())
    for stage in ("shared:", "tails:", "names:"):
        page = await store_of(there).doubles(there.house.somebody(Role.MANAGER), after=stage, limit=50)
        assert page.items == ()
