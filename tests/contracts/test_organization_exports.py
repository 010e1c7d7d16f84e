"""Organizations leave in files that an import takes again without a change, on both databases."""

import asyncio
import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent_console import organization_export_api
from agent_console.export_bodies import ExportHeading, StartOrganizationExport
from agent_console.export_desk import ExportDesk
from agent_console.operations import Call
from crm_store.exports import SqlExports
from crm_store.organization_sheet import OrganizationSheet
from hub.cluster.embedded.export_files import FolderExports
from hub.crm.imports import ImportCounts, ImportKind
from hub.domain.access import Permission, Principal, Role
from hub.domain.errors import Forbidden, Invalid
from hub.insight.exporting import Exporter
from hub.insight.exports import ExportForm, ExportState, ExportSubject, ExportView
from hub.insight.organization_rows import OrganizationRows
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.stores import House

ZONE = ZoneInfo("Europe/Istanbul")
COMPANIES = (
    "Name;Domain;Phone;Tags;Note\n"
    '"Acme; Sons, Ltd";acme.test;+902125551122;"vip, new";"pays late\n=and more"\n'
    '"=HYPERLINK(""http://evil.test"")";;;@cmd;-1\n'
    "ООО «Ромашка»;ромашка.рф;;;\n"
    "Plain;;;;\n"
)


@dataclass(kw_only=True)
class Leaving:
    """A house whose organizations are taken away."""

    desk: Desk
    store: SqlExports
    exporter: Exporter
    out: ExportDesk

    def call(self, principal: Principal | None = None) -> Call:
        return Call(principal=principal or self.desk.maria, request_id="r", address="127.0.0.1")

    async def ask(self, body: StartOrganizationExport, principal: Principal | None = None) -> ExportView:
        made = organization_export_api.operations(
            desk=self.out, sheet=OrganizationSheet(self.desk.house.store)
        )
        start = next(one for one in made if one.name == "start_organization_export")
        asked: ExportView = await start.handler(self.call(principal), body=body)
        return asked

    async def file(self, body: StartOrganizationExport) -> bytes:
        """The exporter works until this one has ended."""
        view = await self.ask(body)
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
        assert download.name.startswith("organizations-")
        return b"".join([piece async for piece in download.content])


@pytest.fixture
async def leaving(crm: Crm, tmp_path: Path) -> Leaving:
    house = crm.house
    store = SqlExports(house.database, ExportSubject.ORGANIZATIONS, Permission.EXPORT_PERSONS)
    files = FolderExports(tmp_path / "exports")
    sources = {ExportSubject.ORGANIZATIONS: OrganizationRows(OrganizationSheet(house.store))}
    exporter = Exporter(store, sources, files, house.clock, ZONE, house.tenant_id)
    subject, wake = ExportSubject.ORGANIZATIONS, exporter.wake
    out = ExportDesk(store, files, house.clock, ZONE, subject=subject, wake=wake)
    made = Leaving(desk=Desk(house, tmp_path / "imports"), store=store, exporter=exporter, out=out)
    done = await made.desk.imported(COMPANIES, kind=ImportKind.ORGANIZATIONS)
    assert done.counts == ImportCounts(added=4)
    return made


async def companies(house: House) -> list[tuple[object, ...]]:
    rows = await house.rows(
        "SELECT o.name, e.domain, e.phone, e.tags, e.note FROM organizations o"
        " LEFT JOIN organization_details e ON e.organization_id = o.id WHERE o.tenant_id = $1 ORDER BY o.name",
        house.tenant_id,
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("form", [ExportForm.CSV, ExportForm.CSV_BOM])
async def test_a_file_comes_back_without_a_change_here_and_whole_in_another_house(
    leaving: Leaving, tmp_path: Path, form: ExportForm
) -> None:
    house = leaving.desk.house
    before = await companies(house)
    content = await leaving.file(StartOrganizationExport(form=form))
    view = await leaving.desk.bring(content, kind=ImportKind.ORGANIZATIONS)
    assert view.mapping == ("name", "domain", "phone", "tags", "note", "organization_id")
    again = await leaving.desk.taken(await leaving.desk.start(view))
    assert again.counts == ImportCounts(skipped=4)
    assert await companies(house) == before

    there = Desk(await House(database=house.database, clock=house.clock).furnished(), tmp_path / "there")
    done = await there.imported(content, kind=ImportKind.ORGANIZATIONS)
    assert done.counts == ImportCounts(added=4)
    assert await companies(there.house) == before


async def test_no_cell_is_a_formula_and_titles_are_ones_own(leaving: Leaving) -> None:
    headings = (ExportHeading(column="name", title="Название"),)
    content = await leaving.file(StartOrganizationExport(form=ExportForm.CSV, headings=headings))
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert rows[0] == ["Название", "Domain", "Phone", "Tags", "Note", "Organization id"]
    assert rows[1][:5] == [
        "Acme; Sons, Ltd",
        "acme.test",
        "'+902125551122",
        "vip, new",
        "pays late\n'=and more",
    ]
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]
    sheet = await leaving.file(StartOrganizationExport(form=ExportForm.XLSX))
    assert sheet.startswith(b"PK")


async def test_only_managers_take_them_away_never_as_cards_and_each_step_is_in_the_audit_log(
    leaving: Leaving,
) -> None:
    house = leaving.desk.house
    with pytest.raises(Forbidden):
        await leaving.ask(StartOrganizationExport(form=ExportForm.CSV), house.somebody(Role.SUPERVISOR))
    for body in (
        StartOrganizationExport(form=ExportForm.VCARD),
        StartOrganizationExport(form=ExportForm.CSV, headings=(ExportHeading(column="x", title="x"),)),
    ):
        with pytest.raises(Invalid) as refused:
            await leaving.ask(body)
        assert refused.value.stable_code == "unknown_choice"
    await leaving.file(StartOrganizationExport(form=ExportForm.CSV))
    rows = await house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 AND action = 'export' ORDER BY number",
        house.tenant_id,
    )
    assert [row[0] for row in rows] == ["organizations_asked", "organizations_fetched"]


async def test_another_house_has_none_of_them(leaving: Leaving) -> None:
    house = leaving.desk.house
    theirs = await House(database=house.database, clock=house.clock).furnished()
    sheet, manager = OrganizationSheet(theirs.store), theirs.somebody(Role.MANAGER)
    assert await sheet.count(manager) == 0
    assert await sheet.page(manager, after="", limit=10) == []
