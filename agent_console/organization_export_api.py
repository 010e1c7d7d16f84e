"""Exports of organizations: ask for one, see how far it is, cancel it, fetch its file."""

from agent_console.export_bodies import StartOrganizationExport
from agent_console.export_desk import ExportDesk
from agent_console.export_operations import Exports, add_operations
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission
from hub.domain.errors import Invalid
from hub.insight.exports import ExportView, Heading
from hub.insight.organization_rows import COLUMNS, OrganizationSheet

_EXPORTS = Exports(
    path="/api/v1/organization-exports",
    permission=Permission.EXPORT_PERSONS,
    one="organization_export",
    words="organizations",
)


def operations(*, desk: ExportDesk, sheet: OrganizationSheet) -> list[Operation]:
    """Organizations taken away in files."""
    made = Operations("exports")

    @made.op(
        "POST",
        "/api/v1/organization-exports",
        Permission.EXPORT_PERSONS,
        "Export organizations",
        status=202,
        idempotent=True,
    )
    async def start_organization_export(call: Call, body: StartOrganizationExport) -> ExportView:
        """All of them, written in the background: CSV or XLSX, whose texts are never formulas. An import takes the
        CSV as it is; each is known again by `organization_id`."""
        titles = {heading.column: heading.title for heading in body.headings}
        for column in titles:
            if column not in COLUMNS:
                raise Invalid(f"there is no column {column}", field="headings", code="unknown_choice")
        headings = tuple(
            Heading(column=column, title=titles.get(column, column.replace("_", " ").capitalize()))
            for column in COLUMNS
        )
        total = await sheet.count(call.principal)
        return await desk.ask(call, body.form, "", headings, total)

    add_operations(made, desk, _EXPORTS)
    return list(made)
