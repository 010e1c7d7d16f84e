"""Exports of clients: ask for one, see how far it is, cancel it, fetch its file."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.export_bodies import ExportHeading, ExportPage, StartPersonExport
from agent_console.export_desk import ExportDesk
from agent_console.operations import Call, Download, Operation, Operations
from hub.domain.access import Permission
from hub.domain.errors import Invalid
from hub.domain.ids import TenantId
from hub.insight.exports import ExportForm, ExportView, Heading
from hub.insight.person_rows import COLUMNS, FIELD, PersonFilter, PersonSheet, words_of


def operations(*, desk: ExportDesk, sheet: PersonSheet) -> list[Operation]:
    """Clients taken away in files."""
    made = Operations("exports")

    @made.op(
        "POST",
        "/api/v1/person-exports",
        Permission.EXPORT_PERSONS,
        "Export clients",
        status=202,
        idempotent=True,
    )
    async def start_person_export(call: Call, body: StartPersonExport) -> ExportView:
        """Written in the background: CSV or XLSX, whose texts are never formulas, or vCard 4.0. An import takes the
        file as it is; whoever is in it is known again by `client_id`."""
        wanted = PersonFilter(
            q=body.q.strip(),
            organization=body.organization,
            tag=body.tag.strip(),
            language=body.language,
            tier=body.tier,
        )
        headings = await _headings(call.principal.tenant_id, sheet, body.form, body.headings)
        total = await sheet.count(call.principal, wanted)
        return await desk.ask(call, body.form, words_of(wanted), headings, total)

    @made.op("GET", "/api/v1/person-exports", Permission.EXPORT_PERSONS, "Exports of clients")
    async def list_person_exports(
        call: Call,
        after: Annotated[str, Meta(max_length=100)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> ExportPage:
        """Everybody's, the newest first."""
        return await desk.page(call, after, limit)

    @made.op(
        "POST",
        "/api/v1/person-exports/{person_export_id}/cancel",
        Permission.EXPORT_PERSONS,
        "End an export of clients",
    )
    async def cancel_person_export(call: Call, person_export_id: Id) -> ExportView:
        """What was written of it is removed."""
        return await desk.cancel(call, person_export_id)

    @made.op(
        "GET",
        "/api/v1/person-exports/{person_export_id}/file",
        Permission.EXPORT_PERSONS,
        "The file of an export of clients",
    )
    async def fetch_person_export(call: Call, person_export_id: Id) -> Download:
        """Until it expires; each fetch is in the audit log."""
        return await desk.fetch(call, person_export_id)

    return list(made)


async def _headings(
    tenant_id: TenantId, sheet: PersonSheet, form: ExportForm, asked: tuple[ExportHeading, ...]
) -> tuple[Heading, ...]:
    """All columns, by the titles asked for or their own; the fields of the house by their labels, not in a card."""
    if form is ExportForm.VCARD:
        return tuple(Heading(column=column, title=column) for column in COLUMNS)
    titles = {heading.column: heading.title for heading in asked}
    fields = {f"{FIELD}{field.id}": field.label for field in await sheet.fields(tenant_id)}
    for column in titles:
        if column not in {*COLUMNS, *fields}:
            raise Invalid(f"there is no column {column}", field="headings", code="unknown_choice")
    usual = {column: column.replace("_", " ").capitalize() for column in COLUMNS} | fields
    return tuple(Heading(column=column, title=titles.get(column, title)) for column, title in usual.items())
