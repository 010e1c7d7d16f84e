"""Exports of clients: ask for one, see how far it is, cancel it, fetch its file."""

from agent_console.export_bodies import ExportHeading, StartPersonExport
from agent_console.export_desk import ExportDesk
from agent_console.export_operations import Exports, add_operations
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission
from hub.domain.errors import Invalid
from hub.domain.ids import TenantId
from hub.insight.exports import ExportForm, ExportView, Heading
from hub.insight.person_rows import COLUMNS, FIELD, PersonFilter, PersonSheet, words_of

_EXPORTS = Exports(
    path="/api/v1/person-exports",
    permission=Permission.EXPORT_PERSONS,
    one="person_export",
    words="clients",
)


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

    add_operations(made, desk, _EXPORTS)
    return list(made)


async def _headings(
    tenant_id: TenantId, sheet: PersonSheet, form: ExportForm, asked: tuple[ExportHeading, ...]
) -> tuple[Heading, ...]:
    """All columns, by the titles asked for or their own; the fields of the house by their labels. Cards have properties
    for them instead."""
    fields = {f"{FIELD}{field.id}": field.label for field in await sheet.fields(tenant_id)}
    if form is ExportForm.VCARD:
        own = {column: f"{FIELD}{label}" for column, label in fields.items()}
        return tuple(Heading(column=column, title=own.get(column, column)) for column in (*COLUMNS, *fields))
    titles = {heading.column: heading.title for heading in asked}
    for column in titles:
        if column not in {*COLUMNS, *fields}:
            raise Invalid(f"there is no column {column}", field="headings", code="unknown_choice")
    usual = {column: column.replace("_", " ").capitalize() for column in COLUMNS} | fields
    return tuple(Heading(column=column, title=titles.get(column, title)) for column, title in usual.items())
