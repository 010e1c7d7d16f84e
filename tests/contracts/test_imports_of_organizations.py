"""Organizations from a file of their own, on both databases: by the ways of an import of clients, each one once."""

from pathlib import Path

import pytest

from hub.crm.imports import ImportCounts, ImportKind, ImportState, OnKnown, RowKind
from hub.desk.client_views import OrganizationView
from hub.domain.access import Role
from hub.domain.card import CardEdit
from hub.domain.errors import Invalid
from hub.domain.ids import OrganizationId
from hub.domain.organization import OrganizationEdit
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.stores import House

SHEET = """Company;Site;Phone;Tags;Notes
Acme;https://www.acme.test/en;0212 555 11 22;vip, new;pays late
ООО «Ромашка»;romashka.test;;;
Bad Domain;no domain;;;
Nobody's;someone@gmail.com;;;
;;;lonely;
"""
OF = ImportKind.ORGANIZATIONS


@pytest.fixture
def desk(crm: Crm, tmp_path: Path) -> Desk:
    return Desk(crm.house, tmp_path / "imports")


async def ours(crm: Crm) -> list[OrganizationView]:
    rows = await crm.house.rows(
        "SELECT id FROM organizations WHERE tenant_id = $1 ORDER BY id", crm.house.tenant_id
    )
    return [await crm.organizations.organization(crm.sofia, OrganizationId(row[0])) for row in rows]


def told(views: list[OrganizationView]) -> list[tuple[object, ...]]:
    return [(one.name, one.domain, one.phone, one.tags, one.note) for one in views]


async def test_rows_become_organizations_with_all_that_they_say(desk: Desk, crm: Crm) -> None:
    view = await desk.bring(SHEET, name="companies.csv", kind=OF)
    assert (view.kind, view.mapping) == (OF, ("name", "domain", "phone", "tags", "note"))
    done = await desk.taken(await desk.start(view))
    assert (done.state, done.counts) == (ImportState.DONE, ImportCounts(added=2, bad=3))
    assert told(await ours(crm)) == [
        ("Acme", "acme.test", "+902125551122", ("vip", "new"), "pays late"),
        ("ООО «Ромашка»", "romashka.test", "", (), ""),
    ]
    bad = await desk.store.kept_rows(desk.maria, view.id, RowKind.BAD, after=0, limit=10)
    assert [(row.number, row.reason, row.column) for row in bad] == [
        (3, "bad_domain", "Site"),
        (4, "domain_of_many", "Site"),
        (5, "no_name", ""),
    ]
    assert await desk.house.count("persons") == 0
    rows = await desk.house.rows(
        "SELECT action, reason FROM audit_log WHERE tenant_id = $1 ORDER BY number", desk.house.tenant_id
    )
    assert [tuple(row) for row in rows] == [
        ("import_organizations", "brought"),
        ("import_organizations", "started"),
        ("import_organizations", "done"),
    ]


async def test_one_that_we_have_is_updated_or_left_by_domain_or_name(desk: Desk, crm: Crm) -> None:
    await desk.imported(SHEET, kind=OF)
    before = told(await ours(crm))
    assert (await desk.imported(SHEET, kind=OF)).counts == ImportCounts(skipped=2, bad=3)
    assert told(await ours(crm)) == before

    more = "Name;Domain;Tags;Note\nAcme Group;acme.test;gold;calls on Mondays\nооо ромашка;;b2b;\n"
    left = await desk.imported(more, on_known=OnKnown.SKIP, kind=OF)
    assert left.counts == ImportCounts(skipped=2)
    assert told(await ours(crm)) == before
    assert (await desk.imported(more, kind=OF)).counts == ImportCounts(updated=2)
    assert told(await ours(crm)) == [
        ("Acme Group", "acme.test", "+902125551122", ("vip", "new", "gold"), "pays late\ncalls on Mondays"),
        ("ООО «Ромашка»", "romashka.test", "", ("b2b",), ""),
    ]


async def test_rows_of_one_file_that_mean_one_make_one(desk: Desk, crm: Crm) -> None:
    rows = "Name;Domain;Tags\nAcme;acme.test;a\nAcme Europe;acme.test;b\nACME EUROPE;;c\nOther;other.test;\n"
    done = await desk.imported(rows, kind=OF)
    assert done.counts == ImportCounts(added=2, updated=2)
    assert told(await ours(crm)) == [
        ("Acme Europe", "acme.test", "", ("a", "b", "c"), ""),
        ("Other", "other.test", "", (), ""),
    ]
    both = await desk.imported("Name;Domain\nOther;acme.test\n", kind=OF)
    assert both.counts == ImportCounts(updated=1), "its domain says whose it is, and Other has another one"


async def test_of_two_of_one_name_whose_domains_differ_and_of_a_similar_name_people_are_told(
    desk: Desk, crm: Crm
) -> None:
    acme = await crm.organizations.add_organization(crm.sofia, "Acme")
    await crm.organizations.change_organization(
        crm.sofia, OrganizationId(acme.id), version=1, edit=OrganizationEdit(domain="acme.test")
    )
    done = await desk.imported("Name;Domain\nAcme;acme.example\nAcme A.Ş.;\n", kind=OF)
    assert done.counts == ImportCounts(added=2, maybe=2)
    found = await desk.store.kept_rows(desk.maria, done.id, RowKind.MAYBE, after=0, limit=9)
    assert [(row.number, row.name, row.other_id, row.other_name, row.reason) for row in found] == [
        (1, "Acme", acme.id, "Acme", "same_name"),
        (2, "Acme A.Ş.", acme.id, "Acme", "similar_name"),
    ]
    assert all(row.organization_id and row.person_id is None for row in found)
    unclear = await desk.imported("Name\nAcme\n", kind=OF)
    (row,) = await desk.store.kept_rows(desk.maria, unclear.id, RowKind.BAD, after=0, limit=9)
    assert (unclear.counts, row.reason) == (ImportCounts(bad=1), "of_several")


async def test_an_id_of_ours_names_it_whatever_it_is_called_and_its_clients_are_said_to_be_changed(
    desk: Desk, crm: Crm
) -> None:
    ivan = await crm.client("ivan")
    acme = await crm.organizations.add_organization(crm.sofia, "Acme")
    card = await crm.card(ivan)
    await crm.edits.edit(crm.sofia, ivan, CardEdit(version=card.version, organization_id=acme.id))
    await crm.told()
    done = await desk.imported(f"Organization id;Name\n{acme.id};Acme Group\n", kind=OF)
    assert done.counts == ImportCounts(updated=1)
    assert (await crm.card(ivan)).organization == "Acme Group"
    assert (await crm.told())[0] == {ivan}
    again = await crm.organizations.add_organization(crm.sofia, "Acme Group")
    assert (again.id, again.version) == (acme.id, 2)


async def test_an_id_of_another_house_is_none_here(desk: Desk, crm: Crm, tmp_path: Path) -> None:
    theirs = await House(database=desk.house.database, clock=desk.house.clock).furnished()
    there = await Crm(theirs).organizations.add_organization(theirs.somebody(Role.MANAGER), "Theirs")
    done = await desk.imported(f"Organization id;Name\n{there.id};Mine\n{there.id};\n", kind=OF)
    assert done.counts == ImportCounts(added=1, bad=1)
    assert [one.name for one in await ours(crm)] == ["Mine"]
    rows = await theirs.rows("SELECT name FROM organizations WHERE tenant_id = $1", theirs.tenant_id)
    assert [row[0] for row in rows] == ["Theirs"]


async def test_a_preview_says_which_ones_we_have_and_a_mapping_is_of_its_kind(desk: Desk, crm: Crm) -> None:
    acme = await crm.organizations.add_organization(crm.sofia, "Acme")
    view = await desk.bring(SHEET, kind=OF)
    tried = await desk.imports.preview(desk.maria, view.id, view.mapping)
    assert [one.foreseen.known for one in tried] == [acme.id, None, None, None, None]
    for mapping in (("name", "email", "", "", ""), ("", "", "phone", "tags", "note")):
        with pytest.raises(Invalid) as refused:
            await desk.imports.preview(desk.maria, view.id, mapping)
        assert refused.value.stable_code == "bad_mapping"
    with pytest.raises(Invalid) as cards:
        await desk.bring("BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", kind=OF)
    assert cards.value.stable_code == "cards_are_clients"
    assert len(list(desk.folder.iterdir())) == 1


async def test_a_note_that_would_grow_too_long_is_a_bad_row(desk: Desk, crm: Crm) -> None:
    long = "a" * 3_000
    await desk.imported(f"Name;Note\nAcme;{long}\n", kind=OF)
    done = await desk.imported(f"Name;Note\nAcme;{'b' * 3_000}\nOther;{'c' * 4_001}\n", kind=OF)
    bad = await desk.store.kept_rows(desk.maria, done.id, RowKind.BAD, after=0, limit=9)
    assert [(row.number, row.reason) for row in bad] == [(1, "note_too_long"), (2, "note_too_long")]
    assert [one.note for one in await ours(crm)] == [long]
