"""Exports of the log: ask for one, see how far it is, cancel it, fetch its file."""

from collections.abc import Callable
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.export_bodies import ExportPage, StartExport
from agent_console.operations import Call, Download, Operation, Operations
from hub.domain.access import Permission
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Invalid
from hub.ids import new_id
from hub.insight.exports import (
    COLUMNS,
    ROW_LIMIT,
    ExportFiles,
    ExportJob,
    ExportStore,
    ExportView,
    Heading,
)
from hub.insight.log import LogStore
from hub.insight.log_words import asked_by
from hub.ports.clock import Clock

_USUAL = ("start", "person", "channel", "queue", "agent", "outcome", "wait", "handle", "disposition", "note")


def operations(
    *,
    exports: ExportStore,
    rows: LogStore,
    files: ExportFiles,
    clock: Clock,
    zone: ZoneInfo,
    wake: Callable[[], None],
) -> list[Operation]:
    """What managers and supervisors take away with them."""
    made = Operations("exports")

    def draft(call: Call, export_id: str, reason: str) -> AuditDraft:
        principal = call.principal
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.EXPORT,
            object=export_id,
            reason=reason,
            address=principal.address,
        )

    @made.op(
        "POST", "/api/v1/exports", Permission.EXPORT, "Export rows of the log", status=202, idempotent=True
    )
    async def start_export(call: Call, body: StartExport) -> ExportView:
        """Written in the background. CSV, with a byte order mark or without, or XLSX; texts are never formulas."""
        wanted, _, _ = asked_by(body.query, zone)
        headings = tuple(Heading(column=h.column, title=h.title) for h in body.headings) or tuple(
            Heading(column=name, title=name) for name in _USUAL
        )
        for heading in headings:
            if heading.column not in COLUMNS:
                raise Invalid(f"there is no column {heading.column}", field="headings", code="unknown_choice")
        if not any(heading.column == "interaction_id" for heading in headings):
            headings += (Heading(column="interaction_id", title="interaction_id"),)
        total = 0
        if not wanted.text:
            counted = await rows.count(call.principal, wanted, clock.now())
            if counted.is_more:
                raise Invalid(
                    f"a file has at most {ROW_LIMIT} rows: choose a shorter period",
                    field="query",
                    code="too_many_rows",
                )
            total = counted.count
        export_id = new_id()
        job = ExportJob(
            id=export_id,
            principal=call.principal,
            form=body.form,
            query=body.query,
            headings=headings,
        )
        asked = await exports.ask(call.principal, job, total, clock.now(), draft(call, export_id, "asked"))
        wake()
        return asked

    @made.op("GET", "/api/v1/exports", Permission.EXPORT, "Exports, the newest first")
    async def list_exports(
        call: Call,
        after: Annotated[str, Meta(max_length=100)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> ExportPage:
        """One's own; everybody's for whoever may export everything."""
        found, following = await exports.exports(call.principal, after=after, limit=limit)
        return ExportPage(items=tuple(found), next=following, row_limit=ROW_LIMIT)

    @made.op("POST", "/api/v1/exports/{export_id}/cancel", Permission.EXPORT, "End an export")
    async def cancel_export(call: Call, export_id: Id) -> ExportView:
        """What was written of it is removed."""
        return await exports.cancel(
            call.principal, export_id, clock.now(), draft(call, export_id, "cancelled")
        )

    @made.op("GET", "/api/v1/exports/{export_id}/file", Permission.EXPORT, "The file of an export")
    async def fetch_export(call: Call, export_id: Id) -> Download:
        """Until it expires; each fetch is in the audit log."""
        found = await exports.fetch(call.principal, export_id, draft(call, export_id, "fetched"))
        day = found.created_at.astimezone(zone).strftime("%Y-%m-%d-%H%M")
        return Download(
            name=f"log-{day}.{found.form.suffix}",
            media_type=found.form.media_type,
            size_bytes=found.size_bytes,
            content=files.read(found.id, found.form),
        )

    return list(made)
