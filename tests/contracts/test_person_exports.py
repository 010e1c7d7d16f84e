"""Clients leave in files that an import takes again without a change, and no cell is a formula: on both databases."""

import asyncio
import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from agent_console import person_export_api
from agent_console.export_bodies import ExportHeading, StartPersonExport
from agent_console.export_desk import ExportDesk
from agent_console.operations import Call
from crm_store.client_fields import ClientFields
from crm_store.exports import SqlExports
from crm_store.person_sheet import PersonSheet
from hub.cluster.embedded.export_files import FolderExports
from hub.crm.imports import ImportCounts, RowKind
from hub.domain.access import Permission, Principal, Role
from hub.domain.client_fields import ClientFieldKind
from hub.domain.errors import Forbidden, Invalid
from hub.domain.ids import PersonId
from hub.domain.person import IdentityKind, Purpose
from hub.insight.exporting import Exporter
from hub.insight.exports import ExportForm, ExportState, ExportSubject, ExportView
from hub.insight.person_rows import PersonFilter, PersonRows, filter_of, words_of
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.stores import House

ZONE = ZoneInfo("Europe/Istanbul")
CLIENTS = (
    "Name;Phone;E-mail;Telegram;Site user;Organization;Language;Tags;Shoe size\n"
    '"Ayşe Yılmaz";"+905321234567,+905321234568";ayse@example.org;ayse_y;"shop:Yılmaz, A\nblog:7";'
    '"Acme; Sons, Ltd";tr;"vip, new";38\n'
    '"=HYPERLINK(""http://evil.test"")";;evil@example.org;;;@cmd;;;\n'
    "\"''+'quoted;=1\";;quoted@example.org;;;;;;\n"
    "Пётр Ёлкин, отец;+79161234567;;;;;ru;;\n"
    f"{'Долгое имя ' * 15};;long@example.org;;;;;;\n"
    "Only A Name;;;;;;;;\n"
)


@dataclass(kw_only=True)
class Leaving:
    """A house whose clients are taken away."""

    crm: Crm
    desk: Desk
    sheet: PersonSheet
    store: SqlExports
    files: FolderExports
    exporter: Exporter
    out: ExportDesk

    def call(self, principal: Principal | None = None) -> Call:
        return Call(principal=principal or self.desk.maria, request_id="r", address="127.0.0.1")

    async def ask(self, body: StartPersonExport, principal: Principal | None = None) -> ExportView:
        made = person_export_api.operations(desk=self.out, sheet=self.sheet)
        start = next(one for one in made if one.name == "start_person_export")
        asked: ExportView = await start.handler(self.call(principal), body=body)
        return asked

    async def file(self, **asked: object) -> bytes:
        """The exporter works until this one has ended."""
        view = await self.ask(StartPersonExport(**asked))  # type: ignore[arg-type] # words of a test
        working = asyncio.create_task(self.exporter.run())
        try:
            async with asyncio.timeout(20):
                while True:
                    views, _ = await self.store.exports(self.desk.maria, after="", limit=100)
                    if (one := next(v for v in views if v.id == view.id)).ended_at is not None:
                        break
                    await asyncio.sleep(0.01)
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
        assert (one.state, one.problem) == (ExportState.DONE, "")
        download = await self.out.fetch(self.call(), one.id)
        return b"".join([piece async for piece in download.content])


def leaving_of(crm: Crm, folder: Path) -> Leaving:
    house = crm.house
    store = SqlExports(house.database, ExportSubject.PERSONS, Permission.EXPORT_PERSONS)
    files, sheet = FolderExports(folder / "exports"), PersonSheet(house.store)
    sources = {ExportSubject.PERSONS: PersonRows(sheet)}
    exporter = Exporter(store, sources, files, house.clock, ZONE, house.tenant_id)
    return Leaving(
        crm=crm,
        desk=Desk(house, folder / "imports"),
        sheet=sheet,
        store=store,
        files=files,
        exporter=exporter,
        out=ExportDesk(store, files, house.clock, ZONE, subject=ExportSubject.PERSONS, wake=exporter.wake),
    )


async def furnish(house: House) -> None:
    fields = ClientFields(house.store, house.clock)
    admin = house.somebody(Role.ADMIN)
    await fields.add_field(admin, label="Shoe size", kind=ClientFieldKind.NUMBER, choices=(), required=False)


@pytest.fixture
async def leaving(crm: Crm, tmp_path: Path) -> Leaving:
    made = leaving_of(crm, tmp_path)
    await furnish(crm.house)
    done = await made.desk.imported(CLIENTS)
    assert done.counts == ImportCounts(added=6)
    async with crm.house.database.transaction() as wire:
        await wire.execute(
            "UPDATE persons SET tier = 'gold' WHERE tenant_id = $1 AND name = 'Ayşe Yılmaz'",
            crm.house.tenant_id,
        )
    return made


async def speak(leaving: Leaving) -> None:
    """Ayşe says yes, then no; a second note of her comes from another file."""
    edits, clock, maria = leaving.crm.edits, leaving.desk.house.clock, leaving.desk.maria
    ayse = await edits.owner_of(maria, IdentityKind.EMAIL, "ayse@example.org")
    assert ayse.person is not None
    person_id = PersonId(ayse.person.id)
    for given, source in ((True, "the form; on the site"), (False, "=she called, angry")):
        clock.advance(3_600.25)
        await edits.record_consent(
            maria,
            person_id,
            channel=IdentityKind.PHONE,
            purpose=Purpose.MARKETING,
            given=given,
            source=source,
        )
    await edits.record_consent(
        maria, person_id, channel=IdentityKind.EMAIL, purpose=Purpose.RECORDING, given=True, source=""
    )
    for note in ("calls in the morning", "=1+1\nand a second line"):
        await leaving.desk.imported(f'Email;Note\nayse@example.org;"{note}"\n')


async def said(house: House) -> list[tuple[object, ...]]:
    """What people said last of each way and purpose, when and where it is written; and what is noted of them."""
    rows = await house.rows(
        "SELECT p.name, c.channel, c.purpose, c.given, c.at, c.source FROM consents c JOIN persons p"
        " ON p.id = c.person_id WHERE c.tenant_id = $1 ORDER BY p.name, c.purpose, c.channel, c.at, c.id",
        house.tenant_id,
    )
    newest = {tuple(row[:3]): tuple(row) for row in rows}
    notes: dict[str, str] = {}
    for name, note in await house.rows(
        "SELECT p.name, f.now FROM person_facts f JOIN persons p ON p.id = f.person_id WHERE f.tenant_id = $1"
        " AND f.kind = 'card_imported' AND f.now <> '' ORDER BY f.id",
        house.tenant_id,
    ):
        notes[name] = f"{notes.get(name, '')}\n{note}".strip()
    return [*newest.values(), *notes.items()]


@pytest.mark.parametrize("form", [ExportForm.CSV, ExportForm.VCARD])
async def test_consents_notes_and_fields_of_the_house_come_back_as_they_were_and_are_nothing_new(
    leaving: Leaving, another_house: House, tmp_path: Path, form: ExportForm
) -> None:
    await speak(leaving)
    house = leaving.desk.house
    before = await said(house)
    content = await leaving.file(form=form)
    again = await leaving.desk.imported(content)
    assert again.counts == ImportCounts(skipped=6)
    assert await said(house) == before

    await furnish(another_house)
    there = Desk(another_house, tmp_path / "there")
    done = await there.imported(content)
    assert (done.counts.added, done.counts.bad) == (6, 0)
    assert await said(another_house) == before
    sizes = await another_house.rows(
        "SELECT d.fields FROM person_details d JOIN persons p ON p.id = d.person_id"
        " WHERE p.tenant_id = $1 AND d.fields <> '{}'",
        another_house.tenant_id,
    )
    assert [list(msgspec.json.decode(row[0]).values()) for row in sizes] == [["38"]]
    # who has a name alone is nobody's address, and their id is that of the other house
    assert (await there.imported(content)).counts == ImportCounts(added=1, skipped=5, maybe=1)


async def test_in_a_table_a_consent_says_its_way_its_purpose_its_state_when_and_where(
    leaving: Leaving,
) -> None:
    await speak(leaving)
    rows = list(csv.reader(io.StringIO((await leaving.file(form=ExportForm.CSV)).decode(), newline="")))
    (ayse,) = [row for row in rows if row[0] == "Ayşe Yılmaz"]
    phone, email = ayse[10].split("\n")
    assert re.fullmatch(r"email recording yes \d{4}-\d\d-\d\dT[\d:.]+Z", email)
    assert re.fullmatch(r"phone marketing no \d{4}-\d\d-\d\dT[\d:.]+Z =she called, angry", phone)
    assert ayse[9] == "calls in the morning\n'=1+1\nand a second line"


async def test_a_consent_of_the_future_or_that_is_none_is_a_bad_row_and_an_older_one_changes_nothing_newer(
    leaving: Leaving,
) -> None:
    await speak(leaving)
    before = await said(leaving.desk.house)
    sheet = (
        "Email;Consents\nayse@example.org;phone marketing yes 2090-01-01T00:00:00Z\n"
        "long@example.org;phone marketing perhaps\nayse@example.org;phone marketing yes 2001-01-01T00:00:00Z old\n"
    )
    done = await leaving.desk.imported(sheet)
    assert (done.counts.bad, done.counts.updated) == (2, 1)
    bad = await leaving.desk.store.kept_rows(leaving.desk.maria, done.id, RowKind.BAD, after=0, limit=9)
    assert [(row.number, row.reason) for row in bad] == [(1, "consent_in_future"), (2, "bad_consent")]
    assert await said(leaving.desk.house) == before


@pytest.fixture
async def another_house(house: House) -> House:
    return await House(database=house.database, clock=house.clock).furnished()


async def cards(house: House) -> list[tuple[object, ...]]:
    """Everybody as they are, without ids."""
    return [
        tuple(row)
        for row in await house.rows(
            "SELECT p.name, p.language, p.tier, COALESCE(o.name, ''), COALESCE(d.tags, '[]'),"
            " (SELECT COUNT(*) FROM identities i WHERE i.person_id = p.id),"
            " COALESCE((SELECT MIN(i.value) FROM identities i WHERE i.person_id = p.id), '')"
            " FROM persons p LEFT JOIN organizations o ON o.id = p.organization_id"
            " LEFT JOIN person_details d ON d.person_id = p.id WHERE p.tenant_id = $1 ORDER BY p.name",
            house.tenant_id,
        )
    ]


@pytest.mark.parametrize("form", [ExportForm.CSV, ExportForm.CSV_BOM, ExportForm.VCARD])
async def test_a_file_comes_back_without_a_change(leaving: Leaving, form: ExportForm) -> None:
    before = await cards(leaving.desk.house)
    content = await leaving.file(form=form)
    view = await leaving.desk.bring(content, name="back")
    assert "" not in view.mapping
    again = await leaving.desk.taken(await leaving.desk.start(view))
    assert again.counts == ImportCounts(skipped=6)
    assert await cards(leaving.desk.house) == before


@pytest.mark.parametrize("form", [ExportForm.CSV, ExportForm.VCARD])
async def test_another_house_has_the_same_clients_afterwards(
    leaving: Leaving, another_house: House, tmp_path: Path, form: ExportForm
) -> None:
    await furnish(another_house)
    there = Desk(another_house, tmp_path / "there")
    done = await there.imported((await leaving.file(form=form)).decode("utf-8-sig"))
    assert (done.counts.added, done.counts.bad) == (6, 0)
    assert await cards(another_house) == await cards(leaving.desk.house)


async def test_no_cell_is_a_formula_and_titles_are_ones_own(leaving: Leaving) -> None:
    content = await leaving.file(
        form=ExportForm.CSV, headings=(ExportHeading(column="name", title="Имя целиком"),)
    )
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert rows[0] == [
        "Имя целиком", "Phone", "Email", "Telegram", "Organization", "Organization domain",
        "Language", "Tier", "Tags",
        "Note", "Consents", "Client id", "Site user", "Shoe size",
    ]  # fmt: skip
    assert rows[1][:9] == [
        "Ayşe Yılmaz",
        "'+905321234567, +905321234568",
        "ayse@example.org",
        "ayse_y",
        "Acme; Sons, Ltd",
        "",
        "tr",
        "gold",
        "vip, new",
    ]
    assert rows[1][12:] == ["shop:Yılmaz, A\nblog:7", "38"]
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "yilmaz"}, ["Ayşe Yılmaz"]),
        ({"q": "nobody of this name"}, []),
        ({"tag": "VIP"}, ["Ayşe Yılmaz"]),
        ({"language": "ru"}, ["Пётр Ёлкин, отец"]),
        ({"language": "ru", "tag": "vip"}, []),
        ({"tier": "gold"}, ["Ayşe Yılmaz"]),
    ],
)
async def test_a_filter_is_answered_by_those_it_finds(
    leaving: Leaving, asked: dict[str, str], names: list[str]
) -> None:
    content = await leaving.file(form=ExportForm.CSV, **asked)
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert [row[0] for row in rows[1:]] == names


async def test_a_record_that_is_part_of_another_is_not_in_the_file_and_its_id_is_the_other(
    leaving: Leaving,
) -> None:
    content = await leaving.file(form=ExportForm.CSV)
    maria = leaving.desk.maria
    rows = await leaving.desk.house.rows(
        "SELECT id FROM persons WHERE tenant_id = $1 ORDER BY id LIMIT 2", leaving.desk.house.tenant_id
    )
    await leaving.crm.merges.merge(maria, rows[0][0], rows[1][0])
    assert await leaving.sheet.count(maria, PersonFilter()) == 5
    again = await leaving.desk.imported(content.decode())
    assert (again.counts.added, again.counts.bad) == (0, 0)
    assert await leaving.sheet.count(maria, PersonFilter()) == 5


async def test_an_id_of_another_house_names_nobody(
    leaving: Leaving, another_house: House, tmp_path: Path
) -> None:
    ids = await leaving.desk.house.rows(
        "SELECT id FROM persons WHERE tenant_id = $1", leaving.desk.house.tenant_id
    )
    there = Desk(another_house, tmp_path / "there")
    sheet = "Client id;Name\n" + f"{ids[0][0]};Somebody Else\n{ids[1][0]};\n"
    done = await there.imported(sheet)
    assert done.counts == ImportCounts(added=1, bad=1)


async def test_only_managers_take_clients_away_and_each_step_is_in_the_audit_log(leaving: Leaving) -> None:
    house = leaving.desk.house
    with pytest.raises(Forbidden):
        await leaving.ask(StartPersonExport(form=ExportForm.CSV), house.somebody(Role.SUPERVISOR))
    with pytest.raises(Invalid) as refused:
        await leaving.ask(
            StartPersonExport(form=ExportForm.CSV, headings=(ExportHeading(column="field:x", title="x"),))
        )
    assert refused.value.stable_code == "unknown_choice"
    await leaving.file(form=ExportForm.CSV)
    rows = await house.rows(
        "SELECT action, reason FROM audit_log WHERE tenant_id = $1 AND action = 'export' ORDER BY number",
        house.tenant_id,
    )
    assert [tuple(row) for row in rows] == [("export", "persons_asked"), ("export", "persons_fetched")]


def test_a_filter_is_its_words() -> None:
    wanted = PersonFilter(q="a b&c=d", tag="ü", tier="gold")
    assert filter_of(words_of(wanted)) == wanted
    assert filter_of("") == PersonFilter()
