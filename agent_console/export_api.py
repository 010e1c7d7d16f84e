"""Exports of the log: ask for one, see how far it is, cancel it, fetch its file."""

from zoneinfo import ZoneInfo

from agent_console.export_bodies import StartExport
from agent_console.export_desk import ExportDesk, headings_of
from agent_console.export_operations import Exports, add_operations
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission
from hub.insight.export_rows import COLUMNS
from hub.insight.exports import ROW_LIMIT, ExportView, Heading
from hub.insight.log import LogStore
from hub.insight.log_words import asked_by
from hub.ports.clock import Clock

_USUAL = ("start", "person", "channel", "queue", "agent", "outcome", "wait", "handle", "disposition", "note")


_EXPORTS = Exports(
    path="/api/v1/exports",
    permission=Permission.EXPORT,
    one="export",
    words="the log",
    seen="One's own, the newest first; everybody's for whoever may export everything.",
)


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

    add_operations(made, desk, _EXPORTS)
    return list(made)
