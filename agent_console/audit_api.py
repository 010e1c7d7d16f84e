"""Reading the audit log, checking its chain, and taking it away."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.audit_bodies import AuditCheckView, AuditPage, AuditRow, StartAuditExport
from agent_console.export_desk import ExportDesk, headings_of
from agent_console.export_operations import Exports, add_operations
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission
from hub.domain.audit import AuditEntry, AuditFilter
from hub.insight.chain_check import ChainCheck, Check, CheckState
from hub.insight.export_rows import AUDIT_COLUMNS, words_of
from hub.insight.exports import ExportView
from hub.ports.access import AccessStore

_EXPORTS = Exports(
    path="/api/v1/audit/exports",
    permission=Permission.READ_AUDIT,
    one="audit_export",
    words="the audit log",
)


def operations(*, store: AccessStore, chain: ChainCheck, desk: ExportDesk) -> list[Operation]:
    """The operations of the audit log."""
    made = Operations("audit")

    @made.op("GET", "/api/v1/audit", Permission.READ_AUDIT, "The audit log, newest first")
    async def list_audit(
        call: Call,
        after: Annotated[int, Meta(ge=1, description="`next` of the page before")] | None = None,
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
        actor: Annotated[str, Meta(max_length=200, description="A part of the name")] = "",
        action: Annotated[str, Meta(max_length=40)] = "",
        object_: Annotated[str, Meta(max_length=100)] = "",
        result: Annotated[str, Meta(max_length=20)] = "",
        since: Annotated[datetime, Meta(tz=True)] | None = None,
        until: Annotated[datetime, Meta(tz=True)] | None = None,
    ) -> AuditPage:
        """`chain_ok` is false when any row since the first was changed, removed or put in. A chain of at most
        5,000 rows is walked for it once a minute; a longer one when it is asked for (`start_audit_check`)."""
        wanted = AuditFilter(
            actor=actor.strip(), action=action, object=object_, result=result, since=since, until=until
        )
        rows = await store.read_audit(call.principal, before=after, limit=limit + 1, wanted=wanted)
        page = rows[:limit]
        names = await store.audited_names(call.principal, sorted({entry.draft.object for entry in page}))
        verdict = await chain.in_passing(call.principal)
        return AuditPage(
            items=tuple(_row(entry, names.get(entry.draft.object, "")) for entry in page),
            next=str(page[-1].number) if len(rows) > limit else None,
            chain_ok=verdict.is_whole,
            chain_checked_at=verdict.at,
        )

    async def shown(call: Call, check: Check) -> AuditCheckView:
        bad = None
        if check.state is CheckState.BROKEN and check.first_bad is not None:
            bad = await store.find_audit_row(call.principal, check.first_bad)
        names = {} if bad is None else await store.audited_names(call.principal, [bad.draft.object])
        return AuditCheckView(
            state=check.state,
            rows_done=check.rows_done,
            rows_total=check.rows_total,
            first_bad=check.first_bad,
            bad_row=None if bad is None else _row(bad, names.get(bad.draft.object, "")),
            problem=check.problem,
            asked_by=check.asked_by,
            started_at=check.started_at,
            ended_at=check.ended_at,
        )

    @made.op(
        "POST", "/api/v1/audit/check", Permission.READ_AUDIT, "Check the chain of the audit log", status=202
    )
    async def start_audit_check(call: Call) -> AuditCheckView:
        """Every hash from the first row on, in the background, one check at a time; it is in the log itself."""
        return await shown(call, await chain.start(call.principal))

    @made.op("GET", "/api/v1/audit/check", Permission.READ_AUDIT, "How far the check of the chain is")
    async def show_audit_check(call: Call) -> AuditCheckView:
        """The one under way, or the last one since the hub was started."""
        return await shown(call, chain.latest(call.principal))

    @made.op("POST", "/api/v1/audit/check/cancel", Permission.READ_AUDIT, "End the check of the chain")
    async def cancel_audit_check(call: Call) -> AuditCheckView:
        """It ends at the next piece. A conflict (`audit_check_over`) when none is under way."""
        return await shown(call, chain.cancel(call.principal))

    @made.op(
        "POST",
        "/api/v1/audit/exports",
        Permission.READ_AUDIT,
        "Export rows of the audit log",
        status=202,
        idempotent=True,
    )
    async def start_audit_export(call: Call, body: StartAuditExport) -> ExportView:
        """Written in the background, as exports of the log are; texts are never formulas."""
        wanted = AuditFilter(
            actor=body.actor.strip(),
            action=body.action,
            object=body.object,
            result=body.result,
            since=body.since,
            until=body.until,
        )
        headings = headings_of(body.headings, AUDIT_COLUMNS, AUDIT_COLUMNS)
        total = await store.count_audit(call.principal, wanted)
        return await desk.ask(call, body.form, words_of(wanted), headings, total)

    add_operations(made, desk, _EXPORTS)
    return list(made)


def _row(entry: AuditEntry, name: str) -> AuditRow:
    draft = entry.draft
    return AuditRow(
        id=entry.number,
        at=draft.at,
        actor=draft.actor,
        action=draft.action,
        object=draft.object,
        object_name=name,
        result=draft.result,
        reason=draft.reason,
        address=draft.address,
    )
