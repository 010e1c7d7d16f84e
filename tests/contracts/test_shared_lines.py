"""By a number of nobody in particular nobody is known, and no two people become one: on both databases."""

from pathlib import Path

import pytest

from crm_store.shared_lines import SharedLines
from hub.crm.imports import ImportCounts
from hub.domain.access import Role
from hub.domain.errors import Forbidden, Invalid
from hub.domain.ids import PersonId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.touch import Claim, Sender
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.stores import House

NUMBER = "+902121234567"


def lines_of(house: House) -> SharedLines:
    return SharedLines(house.store, house.clock, region="TR")


async def called(house: House, n: int) -> PersonId:
    """Somebody calls from the number."""
    sender = Sender(kind=IdentityKind.PHONE, value=NUMBER, name="")
    work = await house.came(f"call-{n}", "", sender=sender)
    rows = await house.rows("SELECT person_id FROM interactions WHERE id = $1", work.interaction_id)
    return PersonId(rows[0][0])


async def test_who_calls_from_a_shared_line_is_nobody_we_know_until_it_is_removed(crm: Crm) -> None:
    house = crm.house
    admin = house.somebody(Role.ADMIN)
    first = await called(house, 1)
    assert await called(house, 2) == first
    page = await lines_of(house).add_shared_line(admin, "0212 123 45 67", " The  switchboard ")
    assert [(line.value, line.label, line.by) for line in page.items] == [
        (NUMBER, "The switchboard", admin.name)
    ]
    third, fourth = await called(house, 3), await called(house, 4)
    assert len({first, third, fourth}) == 3
    assert (await crm.card(third)).identities == ()
    assert (await lines_of(house).remove_shared_line(admin, NUMBER)).items == ()
    assert await called(house, 5) == first


async def test_whoever_dials_it_reaches_nobody_we_know(crm: Crm) -> None:
    house = crm.house
    person = await called(house, 1)

    async def holders() -> list[tuple[PersonId, Confidence]]:
        async with house.store.unit(house.tenant_id) as unit:
            return [(one.person.id, one.confidence) for one in await unit.holders_of(NUMBER)]

    assert await holders() == [(person, Confidence.KNOWN)]
    await lines_of(house).add_shared_line(house.somebody(Role.ADMIN), NUMBER, "")
    assert await holders() == [(person, Confidence.MAYBE)]


async def test_a_claim_and_an_import_make_nobody_one_by_it(crm: Crm, tmp_path: Path) -> None:
    house = crm.house
    await lines_of(house).add_shared_line(house.somebody(Role.ADMIN), NUMBER, "")
    claim = Claim(kind=IdentityKind.PHONE, value=NUMBER)
    for thread in ("v1", "v2"):
        await house.came(thread, "hello", claims=(claim,))
    assert await house.count("identities") == 2
    assert await house.count("shared_numbers") == 0
    desk = Desk(house, tmp_path / "imports")
    sheet = f"Name;Phone\nAnna;{NUMBER}\nBoris;{NUMBER}, +905321234567\n"
    view = await desk.bring(sheet)
    assert [one.foreseen.known for one in await desk.imports.preview(desk.maria, view.id, view.mapping)] == [
        None,
        None,
    ]
    done = await desk.taken(await desk.start(view))
    assert done.counts == ImportCounts(added=2)
    assert await house.count("identities") == 3


async def test_an_import_does_not_know_somebody_by_it_either(crm: Crm, tmp_path: Path) -> None:
    house = crm.house
    person = await crm.client("v1")
    await crm.edits.add_address(
        crm.sofia, person, kind=IdentityKind.PHONE, typed=NUMBER, confidence=Confidence.KNOWN
    )
    await lines_of(house).add_shared_line(house.somebody(Role.ADMIN), NUMBER, "")
    done = await Desk(house, tmp_path / "imports").imported(f"Name;Phone\nAnna;{NUMBER}\n")
    assert done.counts == ImportCounts(added=1)


async def test_administrators_keep_the_list_and_it_is_in_the_audit_log(crm: Crm) -> None:
    house = crm.house
    admin, lines = house.somebody(Role.ADMIN), lines_of(house)
    with pytest.raises(Forbidden):
        await lines.add_shared_line(house.somebody(Role.MANAGER), NUMBER, "")
    with pytest.raises(Forbidden):
        await lines.shared_lines(house.somebody(Role.SUPERVISOR))
    with pytest.raises(Invalid):
        await lines.add_shared_line(admin, "not a number", "")
    await lines.add_shared_line(admin, NUMBER, "one")
    assert [line.label for line in (await lines.add_shared_line(admin, NUMBER, "two")).items] == ["two"]
    for _ in range(2):
        await lines.remove_shared_line(admin, NUMBER)
    rows = await house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 AND action = 'change_shared_lines' ORDER BY number",
        house.tenant_id,
    )
    assert [row[0] for row in rows] == ["added", "added", "removed"]
    there = await House(database=house.database, clock=house.clock).furnished()
    await lines.add_shared_line(admin, NUMBER, "")
    assert (await lines_of(there).shared_lines(there.somebody(Role.ADMIN))).items == ()
