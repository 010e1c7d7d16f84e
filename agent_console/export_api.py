"""Exports of the log: ask for one, see how far it is, cancel it, fetch its file."""

from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.export_bodies import ExportPage, StartExport
from agent_console.export_desk import ExportDesk, headings_of
from agent_console.operations import Call, Download, Operation, Operations
from hub.domain.access import Permission
from hub.insight.export_rows import COLUMNS
from hub.insight.exports import ROW_LIMIT, ExportView, Heading
from hub.insight.log import LogStore
from hub.insight.log_words import asked_by
from hub.ports.clock import Clock

_USUAL = ("start", "person", "channel", "queue", "agent", "outcome", "wait", "handle", "disposition", "note")


def operations(*, desk: ExportDesk, rows: LogStore, clock: Clock, zone: ZoneInfo) -> list[Operation]:
    """What managers and supervisors take away with them."""
    made = Operations("exports")

    @made.op(
        "POST", "/api/v1/exports", Permission.EXPORT, "Export rows of the log", status=202, idempotent=True
    )
    async def start_export(call: Call, body: StartExport) -> ExportView:
        """Written in the background. CSV, with a byte order mark or without, or XLSX; texts are never formulas."""
        wanted, _, _ = asked_by(body.query, zone)
        headings = headings_of(body.headings, COLUMNS, _USUAL)
        if not any(heading.column == "interaction_id" for heading in headings):
            headings += (Heading(column="interaction_id", title="interaction_id"),)
        total = 0
        if not wanted.text:
            counted = await rows.count(call.principal, wanted, clock.now())
            total = ROW_LIMIT + 1 if counted.is_more else counted.count
        return await desk.ask(call, body.form, body.query, headings, total)

    @made.op("GET", "/api/v1/exports", Permission.EXPORT, "Exports, the newest first")
    async def list_exports(
        call: Call,
        after: Annotated[str, Meta(max_length=100)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> ExportPage:
        """One's own; everybody's for whoever may export everything."""
        return await desk.page(call, after, limit)

    @made.op("POST", "/api/v1/exports/{export_id}/cancel", Permission.EXPORT, "End an export")
    async def cancel_export(call: Call, export_id: Id) -> ExportView:
        """What was written of it is removed."""
        return await desk.cancel(call, export_id)

    @made.op("GET", "/api/v1/exports/{export_id}/file", Permission.EXPORT, "The file of an export")
    async def fetch_export(call: Call, export_id: Id) -> Download:
        """Until it expires; each fetch is in the audit log."""
        return await desk.fetch(call, export_id)

    return list(made)
