"""Imports of clients and of organizations: bring a file, try a mapping, start, follow, cancel, and see what is bad."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.import_bodies import (
    ImportPage,
    ImportPreview,
    KeptRowPage,
    StartImport,
    TriedRow,
    TryImport,
)
from agent_console.operations import Call, Download, Operation, Operations, Upload
from hub.crm.import_kinds import TARGETS
from hub.crm.importing import Imports, Tried
from hub.crm.imports import (
    MOST_BYTES,
    BadRow,
    ImportKind,
    ImportStore,
    ImportView,
    OrganizationDraft,
    RowKind,
)
from hub.domain.access import Permission

_PIECE_ROWS = 500

Name = Annotated[str, Meta(min_length=1, max_length=400)]
Choice = Annotated[str, Meta(max_length=20)]
After = Annotated[int, Meta(ge=0, description="`next` of the page before")]


def operations(*, imports: Imports, store: ImportStore, harmless: Callable[[str], str]) -> list[Operation]:
    """Clients from CSV and vCard. `harmless` gives a text that no spreadsheet computes."""
    made = Operations("imports")

    @made.op(
        "POST",
        "/api/v1/imports",
        Permission.IMPORT_PERSONS,
        "Bring a file of clients or organizations",
        status=201,
        body_limit_bytes=MOST_BYTES,
    )
    async def bring_import(
        call: Call,
        name: Name,
        body: Upload,
        kind: ImportKind = ImportKind.PERSONS,
        encoding: Choice = "",
        delimiter: Choice = "",
    ) -> ImportView:
        """CSV or vCard, of organizations CSV; the body is the file itself. Charset and separator are found out unless
        they are given. Nothing is taken before `start_import`."""
        return await imports.bring(
            call.principal, body.content, kind=kind, name=name, encoding=encoding, delimiter=delimiter
        )

    @made.op("GET", "/api/v1/imports", Permission.IMPORT_PERSONS, "Imports, the newest first")
    async def list_imports(
        call: Call,
        after: Annotated[str, Meta(max_length=100)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> ImportPage:
        """Everybody's."""
        found, following = await store.imports(call.principal, after=after, limit=limit)
        return ImportPage(
            items=tuple(found),
            next=following,
            targets=TARGETS[ImportKind.PERSONS].all,
            organization_targets=TARGETS[ImportKind.ORGANIZATIONS].all,
        )

    @made.op("GET", "/api/v1/imports/{import_id}", Permission.IMPORT_PERSONS, "How far an import is")
    async def show_import(call: Call, import_id: Id) -> ImportView:
        """With what became of its rows so far."""
        return await store.one(call.principal, import_id)

    @made.op(
        "POST", "/api/v1/imports/{import_id}/preview", Permission.IMPORT_PERSONS, "Try a mapping of columns"
    )
    async def preview_import(call: Call, import_id: Id, body: TryImport) -> ImportPreview:
        """The first rows as they would be taken. Nothing is written."""
        tried = await imports.preview(call.principal, import_id, body.mapping, body.on_known)
        return ImportPreview(items=tuple(map(_tried, tried)))

    @made.op(
        "POST",
        "/api/v1/imports/{import_id}/start",
        Permission.IMPORT_PERSONS,
        "Take the rows of an import",
        status=202,
    )
    async def start_import(call: Call, import_id: Id, body: StartImport) -> ImportView:
        """In the background, in portions; a hub that ends goes on where it was. One that is `failed` with the problem
        `internal`, a fault of the hub, goes on from the row where it stands, by this mapping; its file is kept for 30
        days."""
        return await imports.start(call.principal, import_id, body.mapping, body.on_known)

    @made.op("POST", "/api/v1/imports/{import_id}/cancel", Permission.IMPORT_PERSONS, "End an import")
    async def cancel_import(call: Call, import_id: Id) -> ImportView:
        """What was taken stays; the file is deleted, also of one that failed by a fault of the hub."""
        return await imports.cancel(call.principal, import_id)

    @made.op(
        "GET", "/api/v1/imports/{import_id}/rows", Permission.IMPORT_PERSONS, "Rows of an import to look at"
    )
    async def list_import_rows(
        call: Call,
        import_id: Id,
        kind: RowKind,
        after: After = 0,
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> KeptRowPage:
        """Those that could not be taken (`bad`), and those of what is new and may be somebody we have
        (`maybe`)."""
        rows = await store.kept_rows(call.principal, import_id, kind, after=after, limit=limit + 1)
        page = tuple(rows[:limit])
        return KeptRowPage(items=page, next=str(page[-1].number) if len(rows) > limit else None)

    @made.op(
        "GET",
        "/api/v1/imports/{import_id}/bad-rows",
        Permission.IMPORT_PERSONS,
        "The rows that could not be taken, as a file",
    )
    async def fetch_bad_rows(call: Call, import_id: Id) -> Download:
        """CSV with the columns as they came, and why; no cell of it is a formula."""
        view = await store.one(call.principal, import_id)
        pieces = [
            _csv([[harmless(cell) for cell in row] for row in rows])
            async for rows in _bad_rows(call, store, view)
        ]
        pieces.insert(0, "\ufeff".encode())

        async def content() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        return Download(
            name=f"bad-rows-{import_id}.csv",
            media_type="text/csv; charset=utf-8",
            size_bytes=sum(map(len, pieces)),
            content=content(),
        )

    return list(made)


async def _bad_rows(call: Call, store: ImportStore, view: ImportView) -> AsyncIterator[list[tuple[str, ...]]]:
    yield [("row", "reason", "column", *view.columns)]
    after = 0
    while rows := await store.kept_rows(call.principal, view.id, RowKind.BAD, after=after, limit=_PIECE_ROWS):
        yield [(str(row.number), row.reason, row.column, *row.cells) for row in rows]
        after = rows[-1].number


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode("utf-8", "replace")


def _tried(tried: Tried) -> TriedRow:
    row = tried.row
    if isinstance(row, BadRow):
        return TriedRow(
            number=row.number,
            cells=row.raw,
            name="",
            addresses=(),
            reason=row.reason,
            column=row.column,
            known_id=None,
            known_row=None,
            several=(),
        )
    foreseen = tried.foreseen
    return TriedRow(
        number=row.number,
        cells=row.raw,
        name=row.name,
        addresses=tuple(filter(None, (row.domain, row.phone)))
        if isinstance(row, OrganizationDraft)
        else tuple(value for _, value in row.addresses),
        reason=foreseen.reason,
        column="",
        known_id=foreseen.known,
        known_row=foreseen.known_row,
        several=foreseen.several,
    )
