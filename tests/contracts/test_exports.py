"""An export is written in the background as it was asked for, and no cell of it is a formula: on both databases."""

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crm_store.access import SqlAccessStore
from crm_store.exports import SqlExports
from crm_store.log import SqlLog
from hub.cluster.embedded.export_files import FolderExports
from hub.domain.access import Permission, Principal, Role, Scope
from hub.domain.audit import AuditAction, AuditDraft, AuditFilter, AuditResult
from hub.domain.errors import Conflict, Forbidden, NotFound
from hub.domain.spreadsheets import harmless
from hub.ids import new_id
from hub.insight.export_rows import AUDIT_COLUMNS, AuditRows, LogRows, filter_of, words_of
from hub.insight.exporting import Exporter
from hub.insight.exports import (
    ExportForm,
    ExportJob,
    ExportRows,
    ExportState,
    ExportSubject,
    ExportView,
    Heading,
    SheetWriter,
)
from tests.contracts.office import nobody_to_tell
from tests.stores import House

ZONE = ZoneInfo("Europe/Istanbul")
HEADINGS = tuple(
    Heading(column=c, title=c.title()) for c in ("start", "person", "outcome", "wait", "last_text")
)
EVIL = '=HYPERLINK("http://evil.test","x")'


@dataclass(kw_only=True)
class Exporting:
    house: House
    store: SqlExports
    files: FolderExports
    exporter: Exporter
    audit: SqlExports
    access: SqlAccessStore

    def draft(self, principal: Principal, export_id: str, reason: str) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self.house.clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.EXPORT,
            object=export_id,
            reason=reason,
        )

    async def ask(
        self, principal: Principal, form: ExportForm = ExportForm.CSV, query: str = ""
    ) -> ExportView:
        job = ExportJob(
            id=new_id(),
            subject=ExportSubject.LOG,
            principal=principal,
            form=form,
            query=query,
            headings=HEADINGS,
        )
        now = self.house.clock.now()
        return await self.store.ask(principal, job, 0, now, self.draft(principal, job.id, "asked"))

    async def one(self, principal: Principal, export_id: str) -> ExportView:
        views, _ = await self.store.exports(principal, after="", limit=100)
        return next(view for view in views if view.id == export_id)

    async def ended(self, principal: Principal, export_id: str) -> ExportView:
        """The exporter works until this one has ended."""
        async with self.working(), asyncio.timeout(20):
            while (found := await self.one(principal, export_id)).ended_at is None:
                await asyncio.sleep(0.01)
        return found

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.exporter.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def content(self, view: ExportView) -> bytes:
        return b"".join([piece async for piece in self.files.read(view.id, view.form)])


@pytest.fixture
async def exporting(house: House, tmp_path: Path) -> Exporting:
    for n, words in enumerate(("hello", EVIL, "Где мой заказ?", "ığüşöç")):
        await house.came(f"v{n}", words)
        house.clock.advance(61)
    store, files = SqlExports(house.database), FolderExports(tmp_path / "exports")
    rows = SqlLog(house.store, Permission.EXPORT)
    access = SqlAccessStore(
        reading=house.database.reading, writing=house.database.writing, announce=nobody_to_tell
    )
    sources: dict[ExportSubject, ExportRows] = {
        ExportSubject.LOG: LogRows(rows, ZONE),
        ExportSubject.AUDIT: AuditRows(access),
    }
    return Exporting(
        house=house,
        store=store,
        files=files,
        exporter=Exporter(store, sources, files, house.clock, ZONE, house.tenant_id),
        audit=SqlExports(house.database, ExportSubject.AUDIT, Permission.READ_AUDIT),
        access=access,
    )


async def test_a_csv_has_the_rows_of_its_query_in_their_order(exporting: Exporting) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    asked = await exporting.ask(maria, query="dir=asc")
    assert (asked.state, asked.is_mine) == (ExportState.QUEUED, True)

    done = await exporting.ended(maria, asked.id)

    content = await exporting.content(done)
    assert (done.state, done.rows_done, done.size_bytes) == (ExportState.DONE, 4, len(content))
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert rows[0] == ["Start", "Person", "Outcome", "Wait", "Last_Text"]
    assert [row[1] for row in rows[1:]] == ["V0", "V1", "V2", "V3"]
    assert [row[4] for row in rows[1:]] == ["hello", f"'{EVIL}", "Где мой заказ?", "ığüşöç"]
    assert {row[2] for row in rows[1:]} == {"still_waiting"}
    assert rows[2][3] == "183.0"
    first = exporting.house.clock.now() - timedelta(seconds=4 * 61)
    assert rows[1][0] == first.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    assert done.expires_at is not None


async def test_a_mark_at_the_beginning_for_excel_and_a_sheet_without_formulas(exporting: Exporting) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    marked = await exporting.ended(maria, (await exporting.ask(maria, ExportForm.CSV_BOM)).id)
    assert (await exporting.content(marked)).startswith(b"\xef\xbb\xbfStart,")

    sheet = await exporting.ended(maria, (await exporting.ask(maria, ExportForm.XLSX)).id)
    with zipfile.ZipFile(io.BytesIO(await exporting.content(sheet))) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
        assert "xl/externalLinks/externalLink1.xml" not in book.namelist()
    assert "<f>" not in cells
    assert "<hyperlink" not in cells
    assert "Где мой заказ?" in cells
    assert EVIL.replace('"', "&quot;") in cells or EVIL in cells


async def test_a_text_and_a_filter_narrow_it_and_each_row_comes_once(exporting: Exporting) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    await exporting.house.came("v0", "hello again")
    found = await exporting.ended(maria, (await exporting.ask(maria, query="q=hello")).id)
    assert (found.state, found.rows_done) == (ExportState.DONE, 1)
    none = await exporting.ended(maria, (await exporting.ask(maria, query="outcome=answered&columns=x")).id)
    assert (none.state, none.rows_done) == (ExportState.DONE, 0)


async def test_a_supervisor_exports_the_teams_rows_and_sees_own_exports_only(exporting: Exporting) -> None:
    house = exporting.house
    sofia, other = house.somebody(Role.SUPERVISOR, house.queue.id), house.somebody(Role.SUPERVISOR)
    mine = await exporting.ended(sofia, (await exporting.ask(sofia)).id)
    nothing = await exporting.ended(other, (await exporting.ask(other)).id)
    assert (mine.rows_done, nothing.rows_done) == (4, 0)
    assert [view.id for view in (await exporting.store.exports(other, after="", limit=10))[0]] == [nothing.id]
    seen, _ = await exporting.store.exports(house.somebody(Role.MANAGER), after="", limit=10)
    assert {view.id for view in seen} == {mine.id, nothing.id}
    with pytest.raises(NotFound):
        await exporting.store.fetch(other, mine.id, exporting.draft(other, mine.id, "fetched"))
    with pytest.raises(NotFound):
        await exporting.store.cancel(
            other, mine.id, house.clock.now(), exporting.draft(other, mine.id, "cancelled")
        )
    for role in (Role.AGENT, Role.ADMIN, Role.DPO):
        with pytest.raises(Forbidden):
            await exporting.ask(house.somebody(role))


async def test_an_export_of_the_audit_log_has_the_rows_of_its_filter_and_no_formula(
    exporting: Exporting,
) -> None:
    house = exporting.house
    ada = house.somebody(Role.ADMIN)
    for n in range(620):
        await exporting.access.append_audit(
            replace(
                exporting.draft(ada, f"thing {n}", "tried"),
                actor=EVIL,
                result=AuditResult.DENIED if n % 2 else AuditResult.DONE,
            )
        )
    wanted = AuditFilter(result="denied", since=house.clock.now() - timedelta(days=1))
    job = ExportJob(
        id=new_id(),
        subject=ExportSubject.AUDIT,
        principal=ada,
        form=ExportForm.CSV,
        query=words_of(wanted),
        headings=tuple(Heading(column=c, title=c) for c in AUDIT_COLUMNS),
    )
    assert filter_of(job.query) == wanted
    draft = exporting.draft(ada, job.id, "audit_asked")
    await exporting.audit.ask(ada, job, 310, house.clock.now(), draft)
    async with exporting.working(), asyncio.timeout(20):
        while (done := (await exporting.audit.exports(ada, after="", limit=1))[0][0]).ended_at is None:
            await asyncio.sleep(0.01)

    assert (done.state, done.rows_done) == (ExportState.DONE, 310)
    rows = list(csv.reader(io.StringIO((await exporting.content(done)).decode())))
    assert rows[0] == list(AUDIT_COLUMNS)
    assert [row[4] for row in rows[1:]] == [f"thing {n}" for n in range(619, 0, -2)]
    assert {row[2] for row in rows[1:]} == {f"'{EVIL}"}
    assert {row[6] for row in rows[1:]} == {"denied"}


async def test_exports_of_one_subject_are_not_those_of_the_other(exporting: Exporting) -> None:
    house = exporting.house
    both = replace(house.somebody(Role.MANAGER), roles=frozenset({Role.MANAGER, Role.ADMIN}))
    asked = await exporting.ask(both)
    assert (await exporting.audit.exports(both, after="", limit=10))[0] == []
    for action in (
        exporting.audit.fetch(both, asked.id, exporting.draft(both, asked.id, "fetched")),
        exporting.audit.cancel(both, asked.id, house.clock.now(), exporting.draft(both, asked.id, "x")),
    ):
        with pytest.raises(NotFound):
            await action
    for role in (Role.AGENT, Role.SUPERVISOR, Role.MANAGER):
        with pytest.raises(Forbidden):
            await exporting.audit.exports(house.somebody(role), after="", limit=10)


async def test_an_api_key_that_may_export_gets_its_rows(exporting: Exporting) -> None:
    house = exporting.house
    key = replace(
        house.somebody(Role.SERVICE, house.queue.id),
        grants=frozenset({(Permission.EXPORT, Scope.TEAM)}),
    )
    done = await exporting.ended(key, (await exporting.ask(key)).id)
    assert (done.state, done.rows_done) == (ExportState.DONE, 4)
    elsewhere = replace(key, queues=frozenset())
    assert (await exporting.ended(elsewhere, (await exporting.ask(elsewhere)).id)).rows_done == 0


async def test_asking_and_fetching_are_audited(exporting: Exporting) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    done = await exporting.ended(maria, (await exporting.ask(maria)).id)
    await exporting.store.fetch(maria, done.id, exporting.draft(maria, done.id, "fetched"))
    rows = await exporting.house.rows(
        "SELECT action, object, reason FROM audit_log WHERE tenant_id = $1 ORDER BY number",
        exporting.house.tenant_id,
    )
    assert [tuple(row) for row in rows] == [("export", done.id, "asked"), ("export", done.id, "fetched")]


async def test_one_that_was_being_written_when_the_hub_died_begins_anew(exporting: Exporting) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    asked = await exporting.ask(maria)
    job = await exporting.store.take(exporting.house.tenant_id, exporting.house.clock.now())
    assert job is not None
    assert await exporting.store.progress(job, 3)
    assert await exporting.store.take(exporting.house.tenant_id, exporting.house.clock.now()) is None
    half = exporting.files.writer(asked.id, ExportForm.CSV, ["x"], ZONE)
    half.add([["half"]])

    exporting.files.clear_unfinished()
    done = await exporting.ended(maria, asked.id)
    assert (done.state, done.rows_done) == (ExportState.DONE, 4)
    assert b"half" not in await exporting.content(done)
    half.drop()


async def test_a_cancelled_one_leaves_nothing_and_an_ended_one_cannot_be_cancelled(
    exporting: Exporting,
) -> None:
    maria, now = exporting.house.somebody(Role.MANAGER), exporting.house.clock.now()
    asked = await exporting.ask(maria)
    job = await exporting.store.take(exporting.house.tenant_id, now)
    assert job is not None
    gone = await exporting.store.cancel(maria, asked.id, now, exporting.draft(maria, asked.id, "cancelled"))
    assert gone.state is ExportState.CANCELLED
    assert not await exporting.store.progress(job, 2)
    assert not await exporting.store.end(job, ExportState.DONE, now, rows=4, size_bytes=9, problem="")
    for action in (
        exporting.store.cancel(maria, asked.id, now, exporting.draft(maria, asked.id, "cancelled")),
        exporting.store.fetch(maria, asked.id, exporting.draft(maria, asked.id, "fetched")),
    ):
        with pytest.raises(Conflict):
            await action


async def test_a_cancellation_while_it_is_written_removes_the_file(
    exporting: Exporting, tmp_path: Path
) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    asked = await exporting.ask(maria)
    store, begun, go_on = exporting.store, asyncio.Event(), asyncio.Event()
    told = store.progress

    async def waits(job: ExportJob, rows_done: int) -> bool:
        begun.set()
        await go_on.wait()
        return await told(job, rows_done)

    store.progress = waits  # type: ignore[method-assign]
    async with exporting.working(), asyncio.timeout(10):
        await begun.wait()
        now = exporting.house.clock.now()
        await store.cancel(maria, asked.id, now, exporting.draft(maria, asked.id, "cancelled"))
        go_on.set()
        while list((tmp_path / "exports").iterdir()):
            await asyncio.sleep(0.01)
    assert (await exporting.one(maria, asked.id)).state is ExportState.CANCELLED


async def test_a_full_disk_is_told_and_the_next_export_is_written(exporting: Exporting) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    begin = exporting.files.writer

    def full(export_id: str, form: ExportForm, titles: Sequence[str], zone: ZoneInfo) -> SheetWriter:
        raise OSError(28, "No space left on device")

    exporting.files.writer = full  # type: ignore[method-assign]
    failed = await exporting.ended(maria, (await exporting.ask(maria)).id)
    assert (failed.state, failed.problem) == (ExportState.FAILED, "disk")
    exporting.files.writer = begin  # type: ignore[method-assign]
    assert (await exporting.ended(maria, (await exporting.ask(maria)).id)).state is ExportState.DONE


async def test_a_file_is_gone_after_its_week(exporting: Exporting, tmp_path: Path) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    done = await exporting.ended(maria, (await exporting.ask(maria)).id)
    exporting.house.clock.advance(8 * 86_400)
    later = await exporting.ended(maria, (await exporting.ask(maria)).id)
    assert (await exporting.one(maria, done.id)).state is ExportState.EXPIRED
    assert [path.stem for path in (tmp_path / "exports").iterdir()] == [later.id]
    with pytest.raises(NotFound):
        await exporting.content(done)


async def test_five_at_a_time_are_enough_for_one_person(exporting: Exporting) -> None:
    maria = exporting.house.somebody(Role.MANAGER)
    for _ in range(5):
        await exporting.ask(maria)
    with pytest.raises(Conflict):
        await exporting.ask(maria)
    await exporting.ask(exporting.house.somebody(Role.MANAGER))


@pytest.mark.parametrize("words", ["=1+1", "+90 532", "-1", "@cmd", "\t=1", "  =1", "\uff1d1", "\r=1"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(words: str) -> None:
    assert harmless(words) == f"'{words}"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x; \t@cmd", "x;' \t@cmd"),
        ("a\n=1\r\n-1", "a\n'=1\r\n'-1"),
        ("=1;=2", "'=1;'=2"),
        ("a;\uff1d1", "a;'\uff1d1"),
        ("a;'=1", "a;''=1"),
    ],
)
def test_nor_does_one_that_ends_its_cells_at_semicolons(words: str, kept: str) -> None:
    assert harmless(words) == kept


@pytest.mark.parametrize("words", ["", " ", "plain", "1-2", "a=b", "'a", "a;b", "a;'b", "a\nb"])
def test_other_texts_stay_as_they_are(words: str) -> None:
    assert harmless(words) == words
