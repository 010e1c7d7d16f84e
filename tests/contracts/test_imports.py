"""Clients from a file, on both databases: whoever is known is not made twice, and nobody is joined by a name."""

import csv
import io
from pathlib import Path

import pytest

from agent_console import import_api
from agent_console.operations import Call
from hub.crm.imports import (
    BadRow,
    ImportCounts,
    ImportForm,
    ImportState,
    OnKnown,
    RowKind,
)
from hub.domain.access import Role
from hub.domain.card import CardEdit
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import PersonId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.spreadsheets import harmless
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.stores import House

SHEET = """Name;Phone;Email;Company;Tags;Language;Notes;Marketing consent
Ayşe Yılmaz;0532 123 45 67;ayse@example.org;Acme;vip, new;tr;call in the morning;yes
Пётр Ёлкин;+79161234567;;Acme;;ru;;no
Bad Number;12;;;;;;
Ann Lee;;ann@example.org;;;;;
"""


@pytest.fixture
def desk(crm: Crm, tmp_path: Path) -> Desk:
    return Desk(crm.house, tmp_path / "imports")


async def persons(desk: Desk) -> list[str]:
    rows = await desk.house.rows(
        "SELECT name FROM persons WHERE tenant_id = $1 ORDER BY name", desk.house.tenant_id
    )
    return [row[0] for row in rows]


async def test_rows_become_clients_with_all_that_they_say(desk: Desk, crm: Crm) -> None:
    view = await desk.bring(SHEET)
    assert (view.state, view.rows_total, view.encoding, view.delimiter) == (
        ImportState.READY,
        4,
        "utf-8",
        ";",
    )
    done = await desk.taken(await desk.start(view))
    assert (done.state, done.rows_done) == (ImportState.DONE, 4)
    assert done.counts == ImportCounts(added=3, bad=1)
    assert await persons(desk) == ["Ann Lee", "Ayşe Yılmaz", "Пётр Ёлкин"]
    owner = await crm.edits.owner_of(desk.maria, IdentityKind.PHONE, "+90 532 123 45 67")
    assert owner.person is not None
    card = await crm.card(owner.person.id)  # type: ignore[arg-type] # a view holds plain text
    assert (card.organization, card.language, card.tags) == ("Acme", "tr", ("vip", "new"))
    assert [(i.kind, i.value, i.confidence) for i in card.identities] == [
        (IdentityKind.PHONE, "+905321234567", Confidence.KNOWN),
        (IdentityKind.EMAIL, "ayse@example.org", Confidence.KNOWN),
    ]
    assert {(c.channel, c.given, c.source) for c in card.consents} == {
        (IdentityKind.PHONE, True, "clients.csv"),
        (IdentityKind.EMAIL, True, "clients.csv"),
    }
    assert await crm.history(card.person_id) == [("card_imported", "clients.csv", "", "call in the morning")]
    found = await crm.lookups.persons(desk.maria, "yilmaz ayse", 5)
    assert [person.id for person in found.items] == [card.person_id]
    assert await desk.house.count("organizations") == 1
    bad = await desk.store.kept_rows(desk.maria, view.id, RowKind.BAD, after=0, limit=10)
    assert [(row.number, row.reason, row.column, row.cells[0]) for row in bad] == [
        (3, "bad_phone", "Phone", "Bad Number")
    ]
    assert list(desk.folder.iterdir()) == []


async def test_whoever_is_known_is_updated_or_left_as_one_chooses(desk: Desk, crm: Crm) -> None:
    await desk.imported(SHEET)
    again = await desk.imported(SHEET)
    assert again.counts == ImportCounts(updated=2, skipped=1, bad=1), (
        "a note or a consent is news, the rest is not"
    )
    more = "Name;Phone;Email;Tags\nAyşe Kaya;05321234567;kaya@example.org;gold\n"
    left = await desk.imported(more, on_known=OnKnown.SKIP)
    assert left.counts == ImportCounts(skipped=1)
    assert "Ayşe Kaya" not in await persons(desk)
    changed = await desk.imported(more)
    assert changed.counts == ImportCounts(updated=1)
    owner = await crm.edits.owner_of(desk.maria, IdentityKind.EMAIL, "kaya@example.org")
    assert owner.person is not None
    card = await crm.card(owner.person.id)  # type: ignore[arg-type] # a view holds plain text
    assert (card.name, card.tags, len(card.identities)) == ("Ayşe Kaya", ("vip", "new", "gold"), 3)
    assert len(await persons(desk)) == 3


async def organizations(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.house.rows(
        "SELECT p.name, o.name, COALESCE(d.domain, '') FROM persons p JOIN organizations o"
        " ON o.id = p.organization_id LEFT JOIN organization_details d ON d.organization_id = o.id"
        " WHERE p.tenant_id = $1 ORDER BY p.name",
        desk.house.tenant_id,
    )
    return [(row[0], f"{row[1]} {row[2]}".strip()) for row in rows]


async def test_what_a_client_is_worth_is_said_in_three_languages_and_can_be_changed(desk: Desk) -> None:
    rows = (
        "Name;Email;Tier\nAnn;ann@x.test;gold\nПётр;p@x.test;Серебряный\nAyşe;a@x.test;altın\nBob;b@x.test;\n"
    )
    assert (await desk.imported(rows)).counts == ImportCounts(added=4)
    found = await desk.house.rows(
        "SELECT name, tier FROM persons WHERE tenant_id = $1 ORDER BY name", desk.house.tenant_id
    )
    assert {row[0]: row[1] for row in found} == {
        "Ann": "gold",
        "Ayşe": "gold",
        "Bob": "standard",
        "Пётр": "silver",
    }
    done = await desk.imported("Email;Tier\nann@x.test;standart\nb@x.test;platinum\np@x.test;\n")
    assert done.counts == ImportCounts(updated=1, skipped=1, bad=1)
    (row,) = await desk.store.kept_rows(desk.maria, done.id, RowKind.BAD, after=0, limit=9)
    assert (row.reason, row.column) == ("bad_tier", "Tier")


async def test_an_organization_is_found_as_an_import_of_organizations_finds_it(desk: Desk) -> None:
    await desk.imported("Name;Email;Company\nAnn;ann@x.test;Ёлка\n")
    rows = (
        "Name;Email;Company;Company website\n"
        "Bob;bob@x.test;ЕЛКА;\n"  # another spelling
        "Cem;cem@x.test;Елка;https://www.yolka.test/\n"  # of no domain so far
        "Dan;dan@x.test;Acme;acme.test\n"
        "Eve;eve@x.test;;acme.test\n"  # by its domain alone
        "Fay;fay@x.test;Acme;acme.example\n"  # another one of this name
        "Gus;gus@x.test;;nobody.test\n"
        "Hal;hal@x.test;Acme;\n"  # which one?
        "Ivy;ivy@x.test;Acme;gmail.com\n"
    )
    done = await desk.imported(rows)
    assert done.counts == ImportCounts(added=5, bad=3)
    assert await organizations(desk) == [
        ("Ann", "Ёлка"),
        ("Bob", "Ёлка"),
        ("Cem", "Ёлка"),
        ("Dan", "Acme acme.test"),
        ("Eve", "Acme acme.test"),
        ("Fay", "Acme acme.example"),
    ]
    bad = await desk.store.kept_rows(desk.maria, done.id, RowKind.BAD, after=0, limit=9)
    assert [(row.number, row.reason) for row in bad] == [
        (6, "organization_no_name"),
        (7, "organization_of_several"),
        (8, "domain_of_many"),
    ]


async def test_of_two_organizations_of_one_name_a_client_stays_in_theirs(desk: Desk) -> None:
    await desk.imported(
        "Name;Email;Company;Company website\nDan;dan@x.test;Acme;acme.test\nFay;fay@x.test;Acme;acme.example\n"
        "Gus;gus@x.test;Other;\n"
    )
    done = await desk.imported(
        "Email;Company;Tags\nfay@x.test;ACME;new\ndan@x.test;Acme;new\ngus@x.test;Acme;new\n"
    )
    assert done.counts == ImportCounts(updated=2, bad=1)
    assert await organizations(desk) == [
        ("Dan", "Acme acme.test"),
        ("Fay", "Acme acme.example"),
        ("Gus", "Other"),
    ]
    (row,) = await desk.store.kept_rows(desk.maria, done.id, RowKind.BAD, after=0, limit=9)
    assert (row.number, row.reason) == (3, "organization_of_several")


async def test_two_rows_of_one_address_are_one_client_also_within_a_batch(desk: Desk) -> None:
    rows = "Name;Phone\nAnn;05321234567\nAnn Lee;+90 532 123 45 67\nBob;05321234568\n"
    assert (await desk.imported(rows)).counts == ImportCounts(added=2, updated=1)
    assert await persons(desk) == ["Ann Lee", "Bob"]
    both = "Name;Phone\nWho;05321234567, 05321234568\n"
    done = await desk.imported(both)
    assert done.counts == ImportCounts(bad=1)
    (row,) = await desk.store.kept_rows(desk.maria, done.id, RowKind.BAD, after=0, limit=9)
    assert row.reason == "of_several"


async def test_namesakes_are_added_and_reported_and_never_joined(desk: Desk, crm: Crm) -> None:
    here = await crm.client("v1")
    await crm.edits.edit(crm.sofia, here, CardEdit(version=(await crm.card(here)).version, name="Пётр Ёлкин"))
    rows = "Name;Email\nElkin Petr;p@example.org\nAnn Lee;a@example.org\nLee Ann;b@example.org\n"
    done = await desk.imported(rows)
    assert done.counts == ImportCounts(added=3, maybe=2)
    found = await desk.store.kept_rows(desk.maria, done.id, RowKind.MAYBE, after=0, limit=9)
    assert [(row.number, row.name, row.other_name, row.reason) for row in found] == [
        (1, "Elkin Petr", "Пётр Ёлкин", "same_name"),
        (3, "Lee Ann", "Ann Lee", "same_name"),
    ]
    assert found[0].other_id == here
    assert await desk.house.count("merges") == 0


async def test_an_address_that_somebody_only_says_is_theirs_stays_theirs_and_is_reported(
    desk: Desk, crm: Crm
) -> None:
    here = await crm.client("v1")
    await crm.edits.add_address(
        crm.sofia, here, kind=IdentityKind.PHONE, typed="05321234567", confidence=Confidence.MAYBE
    )
    done = await desk.imported("Name;Phone\nAnn;05321234567\n")
    assert done.counts == ImportCounts(added=1, maybe=1)
    (row,) = await desk.store.kept_rows(desk.maria, done.id, RowKind.MAYBE, after=0, limit=9)
    assert (row.reason, row.other_id) == ("same_phone", here)
    rows = await desk.house.rows(
        "SELECT person_id, value FROM shared_numbers WHERE tenant_id = $1", desk.house.tenant_id
    )
    assert [tuple(r) for r in rows] == [(row.person_id, "+905321234567")]


async def test_a_number_is_its_owners_when_whoever_else_said_so_is_a_part_of_them(
    desk: Desk, crm: Crm
) -> None:
    first = await desk.imported("Name;Phone\nAnn;05321234567\n")
    assert first.counts == ImportCounts(added=1)
    ((owner,),) = await desk.house.rows(
        "SELECT person_id FROM identities WHERE tenant_id = $1 AND kind = 'phone'", desk.house.tenant_id
    )
    other = await crm.client("v1")
    async with desk.house.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO shared_numbers (tenant_id, value, person_id, at) VALUES ($1, '+905321234567', $2, 1)",
            desk.house.tenant_id,
            other,
        )
    await crm.merges.merge(desk.maria, PersonId(owner), other)
    again = await desk.imported("Name;Phone;Note\nAnn;05321234567;from the shop\n")
    assert (again.counts.added, again.counts.updated) == (0, 1)


async def test_a_preview_says_what_would_become_of_the_first_rows_and_writes_nothing(desk: Desk) -> None:
    await desk.imported("Name;Phone\nAnn;05321234567\n")
    view = await desk.bring(SHEET)
    tried = await desk.imports.preview(desk.maria, view.id, view.mapping)
    assert [t.row.reason if isinstance(t.row, BadRow) else t.row.name for t in tried] == [
        "Ayşe Yılmaz",
        "Пётр Ёлкин",
        "bad_phone",
        "Ann Lee",
    ]
    assert [t.foreseen.known is not None for t in tried] == [True, False, False, False]
    assert await persons(desk) == ["Ann"]
    with pytest.raises(Invalid):
        await desk.imports.preview(desk.maria, view.id, ("name",))


async def test_a_cancelled_one_takes_no_further_row_and_an_ended_one_stays_as_it_is(desk: Desk) -> None:
    view = await desk.bring(SHEET)
    assert (await desk.imports.cancel(desk.maria, view.id)).state is ImportState.CANCELLED
    for again in (desk.imports.cancel(desk.maria, view.id), desk.start(view)):
        with pytest.raises(Conflict) as over:
            await again
        assert over.value.stable_code == "import_over"
    assert await persons(desk) == []
    assert list(desk.folder.iterdir()) == []


async def test_only_whoever_may_import_does_and_what_is_no_sheet_leaves_nothing(desk: Desk, crm: Crm) -> None:
    view = await desk.bring(SHEET)
    for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN):
        somebody = desk.house.somebody(role, desk.house.queue.id)
        with pytest.raises(Forbidden):
            await desk.store.one(somebody, view.id)
        with pytest.raises(Forbidden):
            await desk.imports.start(somebody, view.id, view.mapping, OnKnown.UPDATE)
    with pytest.raises(NotFound):
        await desk.store.one(desk.maria, "01890a5d-ac96-774b-bcce-b302099a8057")
    before = set(desk.folder.iterdir())
    with pytest.raises(Invalid):
        await desk.bring(b"")
    assert set(desk.folder.iterdir()) == before


async def test_another_tenant_sees_nothing_of_it(desk: Desk, tmp_path: Path) -> None:
    view = await desk.bring(SHEET)
    theirs = Desk(
        await House(database=desk.house.database, clock=desk.house.clock).furnished(), tmp_path / "imports"
    )
    assert await theirs.store.imports(theirs.maria, after="", limit=50) == ([], None)
    for asked in (
        theirs.store.one(theirs.maria, view.id),
        theirs.store.kept_rows(theirs.maria, view.id, RowKind.BAD, after=0, limit=5),
        theirs.imports.preview(theirs.maria, view.id, view.mapping),
        theirs.imports.start(theirs.maria, view.id, view.mapping, OnKnown.UPDATE),
        theirs.imports.cancel(theirs.maria, view.id),
    ):
        with pytest.raises(NotFound):
            await asked
    assert await theirs.store.kept_too_long(theirs.house.tenant_id, desk.house.clock.now()) == []
    await desk.start(view)
    assert await theirs.store.take(theirs.house.tenant_id, desk.house.clock.now()) is None
    assert (await desk.taken(view)).counts.added == 3
    found = await theirs.house.count("persons")
    assert found == 0


async def test_bad_rows_come_back_as_they_were_without_formulas_and_can_be_brought_again(desk: Desk) -> None:
    done = await desk.imported('Name;Phone;Notes\n=1+1;12;"two\nlines"\nAnn;+905321234567;\n')
    made = import_api.operations(imports=desk.imports, store=desk.store, harmless=harmless)
    fetch = next(operation for operation in made if operation.name == "fetch_bad_rows")
    file = await fetch.handler(
        Call(principal=desk.maria, request_id="r", address="127.0.0.1"), import_id=done.id
    )
    content = b"".join([piece async for piece in file.content])
    assert file.size_bytes == len(content)
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == [
        ["row", "reason", "column", "Name", "Phone", "Notes"],
        ["1", "bad_phone", "Phone", "'=1+1", "12", "two\nlines"],
    ]
    again = await desk.bring(content)
    assert again.mapping == ("", "", "", "name", "phone", "note")


async def test_cards_are_imported_as_they_map_themselves(desk: Desk, crm: Crm) -> None:
    cards = (
        "BEGIN:VCARD\nVERSION:4.0\nFN:Ayşe Yılmaz\nTEL;VALUE=uri:tel:+90-532-123-45-67\nIMPP:telegram:@Ayse_Y\n"
        "ORG:Acme;Sales\nCATEGORIES:vip,new\nLANG:tr\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nFN:Nobody ends me\n"
    )
    view = await desk.bring(cards, name="phone.vcf")
    assert (view.form, view.rows_total) == (ImportForm.VCARD, 2)
    done = await desk.taken(await desk.start(view))
    assert done.counts == ImportCounts(added=1, bad=1)
    owner = await crm.edits.owner_of(desk.maria, IdentityKind.TELEGRAM, "ayse_y")
    assert owner.person is not None
    card = await crm.card(owner.person.id)  # type: ignore[arg-type] # a view holds plain text
    assert (card.name, card.organization, card.language, card.tags) == (
        "Ayşe Yılmaz",
        "Acme",
        "tr",
        ("vip", "new"),
    )


async def test_each_step_is_in_the_audit_log(desk: Desk) -> None:
    done = await desk.imported(SHEET)
    rows = await desk.house.rows(
        "SELECT action, object, reason FROM audit_log WHERE tenant_id = $1 ORDER BY number",
        desk.house.tenant_id,
    )
    assert [tuple(row) for row in rows] == [
        ("import_persons", done.id, "brought"),
        ("import_persons", done.id, "started"),
        ("import_persons", done.id, "done"),
    ]
